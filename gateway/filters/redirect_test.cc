#include "gateway/filters/redirect.h"

#include "gateway/front/hand_client.h"

namespace minato::gateway {
namespace {

using config::RedirectAction;

std::string Location(const RedirectAction& action, std::string host = "a.test", std::string_view proto = "http") {
  HandClient client("GET", "/a/b?q=1");
  client.host = std::move(host);
  return LocationOf(client.head(), proto, proto, client.head().target(), action);
}

TEST(Redirect, ChangesWhatItNamesAndLeavesTheRest) {
  EXPECT_EQ(Location({}), "http://a.test/a/b?q=1");
  EXPECT_EQ(Location({.scheme_redirect = "https"}), "https://a.test/a/b?q=1");
  EXPECT_EQ(Location({.host_redirect = "b.test"}), "http://b.test/a/b?q=1");
  EXPECT_EQ(Location({.port_redirect = 81}), "http://a.test:81/a/b?q=1");
  EXPECT_EQ(Location({.path_redirect = "/c"}), "http://a.test/c?q=1");
  EXPECT_EQ(Location({.path_redirect = "c"}), "http://a.test/c?q=1");
  EXPECT_EQ(Location({.strip_query = true}), "http://a.test/a/b");
}

TEST(Redirect, AQueryOfItsOwnStaysWhateverIsStripped) {
  EXPECT_EQ(Location({.path_redirect = "/c?d=1"}), "http://a.test/c?d=1");
  EXPECT_EQ(Location({.path_redirect = "/c?d=1", .strip_query = true}), "http://a.test/c?d=1");
}

TEST(Redirect, DropsAPortThatAnotherReplacesOrThatWasTheOldSchemesDefault) {
  EXPECT_EQ(Location({.port_redirect = 81}, "a.test:80"), "http://a.test:81/a/b?q=1");
  EXPECT_EQ(Location({.port_redirect = 81}, "[::1]:80"), "http://[::1]:81/a/b?q=1");
  EXPECT_EQ(Location({.port_redirect = 81}, "[::1]"), "http://[::1]:81/a/b?q=1");
  EXPECT_EQ(Location({.scheme_redirect = "https"}, "a.test:80"), "https://a.test/a/b?q=1");
  EXPECT_EQ(Location({.scheme_redirect = "https"}, "a.test:81"), "https://a.test:81/a/b?q=1");
  EXPECT_EQ(Location({.scheme_redirect = "https"}, "a.test:443", "https"), "https://a.test:443/a/b?q=1");
  EXPECT_EQ(Location({.scheme_redirect = "http"}, "a.test:443", "https"), "http://a.test/a/b?q=1");
}

TEST(Redirect, RewritesAPrefixOrTheWholePathOfARegex) {
  const config::RouteMatch prefix{.path = "/A"};
  EXPECT_EQ(RewrittenTarget(prefix, "/x", "/a/b?q"), "/x/b?q");
  EXPECT_EQ(RewrittenTarget(prefix, "/x", "/other"), std::nullopt);
  EXPECT_EQ(RewrittenTarget(prefix, "", "/a"), std::nullopt);
  const config::RouteMatch regex{.kind = config::RouteMatch::Path::kSafeRegex, .path = "/.*"};
  EXPECT_EQ(RewrittenTarget(regex, "/x", "/a/b?q"), "/x?q");
}

}  // namespace
}  // namespace minato::gateway

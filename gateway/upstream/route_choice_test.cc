#include "gateway/upstream/route_choice.h"

#include "gateway/front/hand_client.h"

namespace minato::gateway {
namespace {

using config::StringMatcher;

config::Route To(std::string name, config::RouteMatch match) {
  config::Route route;
  route.name = std::move(name);
  route.match = std::move(match);
  route.action = config::RouteAction{.cluster = "c"};
  return route;
}

config::RouteConfiguration With(std::vector<config::Route> routes) {
  config::RouteConfiguration config;
  config.virtual_hosts.emplace_back();
  config.virtual_hosts[0].domains = {"*"};
  config.virtual_hosts[0].routes = std::move(routes);
  return config;
}

std::string Chosen(const config::RouteConfiguration& config, std::string target,
                   std::map<std::string, std::string, std::less<>> headers = {}) {
  const Routes routes(config);
  HandClient client("GET", std::move(target));
  client.request_headers = std::move(headers);
  const Routes::Found found = routes.Match(client.head());
  return found.route == nullptr ? "none" : found.route->name;
}

TEST(RouteChoice, TakesTheFirstRouteThatMatches) {
  const auto config = With({To("long", {.path = "/a/b"}), To("short", {.path = "/a"}), To("late", {.path = "/a/b/c"})});
  EXPECT_EQ(Chosen(config, "/a/b/c"), "long");
  EXPECT_EQ(Chosen(config, "/a/x"), "short");
  EXPECT_EQ(Chosen(config, "/b"), "none");
}

TEST(RouteChoice, APathIsComparedWholeAndWithoutItsQuery) {
  const auto config = With({To("exact", {.kind = config::RouteMatch::Path::kPath, .path = "/a"})});
  EXPECT_EQ(Chosen(config, "/a?x=1"), "exact");
  EXPECT_EQ(Chosen(config, "/a/"), "none");
  EXPECT_EQ(Chosen(config, "/A"), "none");
  const auto any_case =
      With({To("exact", {.kind = config::RouteMatch::Path::kPath, .path = "/a", .case_sensitive = false})});
  EXPECT_EQ(Chosen(any_case, "/A"), "exact");
}

TEST(RouteChoice, ASeparatedPrefixEndsAtASlash) {
  const auto config = With({To("api", {.kind = config::RouteMatch::Path::kPathSeparatedPrefix, .path = "/api"})});
  EXPECT_EQ(Chosen(config, "/api"), "api");
  EXPECT_EQ(Chosen(config, "/api/x"), "api");
  EXPECT_EQ(Chosen(config, "/apis"), "none");
}

TEST(RouteChoice, ARegularExpressionCoversTheWholePath) {
  const auto config = With({To("re", {.kind = config::RouteMatch::Path::kSafeRegex, .path = "/v[0-9]+/.*"})});
  EXPECT_EQ(Chosen(config, "/v12/x?y"), "re");
  EXPECT_EQ(Chosen(config, "/x/v12/x"), "none");
}

TEST(RouteChoice, HeadersMustMatchToo) {
  const auto header = [](config::HeaderMatcher matcher) {
    return With({To("yes", {.path = "/", .headers = {std::move(matcher)}})});
  };
  const auto exact = header({.name = "x-a", .value = StringMatcher{StringMatcher::Kind::kExact, "1"}});
  EXPECT_EQ(Chosen(exact, "/", {{"X-A", "1"}}), "yes");
  EXPECT_EQ(Chosen(exact, "/", {{"x-a", "2"}}), "none");
  EXPECT_EQ(Chosen(exact, "/"), "none");
  const auto inverted =
      header({.name = "x-a", .value = StringMatcher{StringMatcher::Kind::kExact, "1"}, .invert_match = true});
  EXPECT_EQ(Chosen(inverted, "/", {{"x-a", "2"}}), "yes");
  const auto absent = header({.name = "x-a", .present = false});
  EXPECT_EQ(Chosen(absent, "/"), "yes");
  EXPECT_EQ(Chosen(absent, "/", {{"x-a", ""}}), "none");
  const auto pseudo = header({.name = ":method", .value = StringMatcher{StringMatcher::Kind::kExact, "GET"}});
  EXPECT_EQ(Chosen(pseudo, "/"), "yes");
}

TEST(RouteChoice, OfAQueryParameterTheFirstValueCountsAsItWasSent) {
  const auto parameter = [](config::QueryParameterMatcher matcher) {
    return With({To("yes", {.path = "/", .query_parameters = {std::move(matcher)}})});
  };
  const auto exact = parameter({.name = "a", .value = StringMatcher{StringMatcher::Kind::kExact, "b%20c=d"}});
  EXPECT_EQ(Chosen(exact, "/?x&a=b%20c=d&a=e"), "yes");
  EXPECT_EQ(Chosen(exact, "/?a=e&a=b%20c=d"), "none");
  EXPECT_EQ(Chosen(exact, "/?A=b%20c=d"), "none");
  EXPECT_EQ(Chosen(exact, "/"), "none");
  const auto present = parameter({.name = "a"});
  EXPECT_EQ(Chosen(present, "/?&a"), "yes");
  EXPECT_EQ(Chosen(present, "/?aa=1"), "none");
  const auto absent = parameter({.name = "a", .present = false});
  EXPECT_EQ(Chosen(absent, "/?b"), "yes");
  EXPECT_EQ(Chosen(absent, "/?a="), "none");
}

TEST(RouteChoice, AGrpcRouteIsForGrpcCallsAlone) {
  const auto config = With({To("grpc", {.path = "/", .grpc = true})});
  EXPECT_EQ(Chosen(config, "/", {{"content-type", "application/grpc"}}), "grpc");
  EXPECT_EQ(Chosen(config, "/", {{"content-type", "application/grpc+proto"}}), "grpc");
  EXPECT_EQ(Chosen(config, "/", {{"content-type", "application/grpc-web"}}), "none");
  EXPECT_EQ(Chosen(config, "/", {{"content-type", "application/grpc; a=b"}}), "none");
  EXPECT_EQ(Chosen(config, "/"), "none");
}

TEST(RouteChoice, TheHostIsExactThenTheLongestSuffixThenAPrefixThenAny) {
  config::RouteConfiguration config;
  for (const std::string domain : {"*", "api.*", "*.example.com", "*.b.example.com", "Exact.example.com"}) {
    config::VirtualHost& host = config.virtual_hosts.emplace_back();
    host.domains = {domain};
    host.routes = {To(domain, {.path = "/"})};
  }
  const Routes routes(config);
  const auto host_of = [&](std::string authority) {
    HandClient client("GET", "/");
    client.host = std::move(authority);
    return routes.Match(client.head()).route->name;
  };
  EXPECT_EQ(host_of("exact.EXAMPLE.com"), "Exact.example.com");
  EXPECT_EQ(host_of("a.b.example.com"), "*.b.example.com");
  EXPECT_EQ(host_of("a.example.com"), "*.example.com");
  EXPECT_EQ(host_of("api.org"), "api.*");
  EXPECT_EQ(host_of("other"), "*");
}

}  // namespace
}  // namespace minato::gateway

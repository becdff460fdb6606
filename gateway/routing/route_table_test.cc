#include "gateway/routing/route_table.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "gateway/routing/test_table.h"

namespace minato::gateway {
namespace {

using Expectations = std::vector<std::pair<std::string, std::string>>;

void Expect(const TestTable& table, const Expectations& expectations) {
  for (const auto& [request, result] : expectations) EXPECT_EQ(table.Match(request), result) << request;
}

TEST(RouteTable, DoubleStarMatchesTheRootToo) {
  Expect(TestTable({"GET /**"}), {{"GET /", "/**"}, {"GET /a", "/**"}, {"GET /a/", "/**"}, {"GET /a/b/c", "/**"}});
}

TEST(RouteTable, PrefersLiteralsThenOneSegmentThenMany) {
  const TestTable table({"GET /a/**", "GET /b/*", "GET /c/*/d/**", "GET /c/*/d/e", "GET /c/f/d/e", "GET /"});
  Expect(table, {
                    {"GET /a/b", "/a/**"},
                    {"GET /a/b/c", "/a/**"},
                    {"GET /a", "/a/**"},
                    {"GET /b/c", "/b/*"},
                    {"GET b/c/d", "404"},
                    {"GET /c/u/d/v", "/c/*/d/**"},
                    {"GET /c/v/d/w/x", "/c/*/d/**"},
                    {"GET /c/x/y/d/z", "404"},
                    {"GET /c//v/d/w/x", "404"},
                    {"GET /c//d/w/x", "/c/*/d/**"},  // "*" takes an empty segment in the middle.
                    {"GET /c/x/d/e", "/c/*/d/e"},
                    {"GET /c/f/d/e", "/c/f/d/e"},
                    {"GET /", "/"},
                });
}

TEST(RouteTable, BindsVariables) {
  const TestTable table({"GET /a/{x}/c/d/e", "GET /{x=a/*}/b/{y=*}/c", "GET /a/{x=b/*}/{y=d/**}",
                         "GET /alpha/{x=*}/beta/{y=**}/gamma", "GET /{x=*}/a", "GET /{x=**}/a/b", "GET /a/b/{x=*}",
                         "GET /a/b/c/{x=**}", "GET /{x=*}/d/e/f/{y=**}"});
  Expect(table, {
                    {"GET /a/book/c/d/e", "/a/{x}/c/d/e x=book"},
                    {"GET /a/hello/b/world/c", "/{x=a/*}/b/{y=*}/c x=a/hello y=world"},
                    {"GET /a/b/zoo/d/animal/tiger", "/a/{x=b/*}/{y=d/**} x=b/zoo y=d/animal/tiger"},
                    {"GET /alpha/dog/beta/eat/bones/gamma", "/alpha/{x=*}/beta/{y=**}/gamma x=dog y=eat/bones"},
                    {"GET /foo/a", "/{x=*}/a x=foo"},
                    {"GET /foo/bar/a/b", "/{x=**}/a/b x=foo/bar"},
                    {"GET /a/b/foo", "/a/b/{x=*} x=foo"},
                    {"GET /a/b/c/foo/bar/baz", "/a/b/c/{x=**} x=foo/bar/baz"},
                    {"GET /a/b/c", "/a/b/c/{x=**} x="},  // The literal goes before "*".
                    {"GET /foo/d/e/f/bar/baz", "/{x=*}/d/e/f/{y=**} x=foo y=bar/baz"},
                    {"GET /foo/d/e/f", "/{x=*}/d/e/f/{y=**} x=foo y="},
                });
}

TEST(RouteTable, BindsLiteralsBehindADoubleStar) {
  const std::vector<std::string> rules = {"GET /{x=**}/{y=tail}/end"};
  Expect(TestTable(rules), {{"GET /a/b/tail/end", "/{x=**}/{y=tail}/end x=a/b y=tail"}});
  // Envoy takes the segment that the template has there.
  Expect(TestTable(rules, RoutingOptions::Envoy()), {{"GET /a/b/tail/end", "/{x=**}/{y=tail}/end x=a/b y=b"}});
}

TEST(RouteTable, HandsValuesOutStillEncoded) {
  Expect(TestTable({"GET /a/{x}/c"}), {{"GET /a/p%20q%2Fr+/c", "/a/{x}/c x=p%20q%2Fr+"}});
}

TEST(RouteTable, ComparesLiteralsByteForByteWithTheRawPath) {
  Expect(TestTable({"GET /a/b%20c"}),
         {{"GET /a/b%20c", "/a/b%20c"}, {"GET /A/b%20c", "404"}, {"GET /%61/b%20c", "404"}, {"GET /a/b c", "404"}});
}

TEST(RouteTable, DoesNotCountTrailingSlashes) {
  const TestTable table({"GET /v1/items", "GET /v1/items/{x}"});
  Expect(table, {{"GET /v1/items/", "/v1/items"},
                 {"GET /v1/items//", "/v1/items"},
                 {"GET /v1/items/a///", "/v1/items/{x} x=a"},
                 {"GET /v1//items", "404"},
                 {"GET //v1/items", "404"},
                 {"GET /v1/items/a/b", "404"},
                 {"GET /v1", "404"},
                 {"GET /", "404"}});
}

TEST(RouteTable, DropsTheFirstByteUnseen) {
  Expect(TestTable({"OPTIONS /", "GET /a"}), {{"OPTIONS *", "/"}, {"GET xa", "/a"}, {"GET ", "405 OPTIONS"}});
  Expect(TestTable({"GET /a", "GET /a:v", "GET /"}), {{"GET xa:v", "404"}, {"GET x", "/"}});  // Nor is there a verb.
}

TEST(RouteTable, TakesARegisteredVerbFromTheWholePath) {
  const TestTable table({"GET /person", "GET /person/{id=*}", "GET /{x=**}:verb"});
  Expect(table, {
                    {"GET /person:verb", "/{x=**}:verb x=person"},
                    {"GET /person/jason:verb", "/{x=**}:verb x=person/jason"},
                    {"GET /animal:verb", "/{x=**}:verb x=animal"},
                    {"GET /animal/cat:verb", "/{x=**}:verb x=animal/cat"},
                    {"GET /:verb", "/{x=**}:verb x="},
                    {"GET /person", "/person"},
                    {"GET /person/jason", "/person/{id=*} id=jason"},
                    {"GET /animal", "404"},
                    {"GET /animal/cat", "404"},
                    {"GET /person:other", "404"},
                    {"GET /person/jason:other", "/person/{id=*} id=jason:other"},
                    {"GET /animal:other", "404"},
                    {"GET /animal/cat:other", "404"},
                });
}

TEST(RouteTable, TakesAnyVerbIfAsked) {
  RoutingOptions options;
  options.match_unregistered_custom_verb = true;
  const TestTable table({"GET /person/{id=*}", "GET /person/**", "GET /person/{id=*}/name", "GET /{x=**}:verb"}, options);
  Expect(table, {
                    {"GET /person:verb", "/{x=**}:verb x=person"},
                    {"GET /person/jason:verb", "/{x=**}:verb x=person/jason"},
                    {"GET /person/jason/name", "/person/{id=*}/name id=jason"},
                    {"GET /person/jason:verb/name", "/person/{id=*}/name id=jason:verb"},
                    {"GET /person:other", "404"},
                    {"GET /person/jason:other", "404"},
                    {"GET /animal:other", "404"},
                });
}

TEST(RouteTable, BindsVariablesBesideAVerb) {
  const TestTable table({"GET /a/{y=*}:verb", "GET /a/{y=d/**}:verb", "GET /{x=*}/a:verb", "GET /{x=**}/b:verb",
                         "GET /e/{x=*}/f:verb", "GET /g/{x=**}/h:verb"});
  Expect(table, {
                    {"GET /a/world:verb", "/a/{y=*}:verb y=world"},
                    {"GET /a/d/animal/tiger:verb", "/a/{y=d/**}:verb y=d/animal/tiger"},
                    {"GET /foo/a:verb", "/{x=*}/a:verb x=foo"},
                    {"GET /foo/bar/baz/b:verb", "/{x=**}/b:verb x=foo/bar/baz"},
                    {"GET /e/foo/f:verb", "/e/{x=*}/f:verb x=foo"},
                    {"GET /g/foo/bar/h:verb", "/g/{x=**}/h:verb x=foo/bar"},
                });
}

TEST(RouteTable, TakesTheLeftmostPlaceOfTheLiteralsBehindADoubleStar) {
  const TestTable table({"GET /a/{x=**}", "GET /a/{x=b/**}", "GET /a/{x=b/**}/z", "GET /a/{x=b/**}/y/z",
                         "GET /a/{x=b/**}:verb", "GET /c/{x=*}/{y=d/**}/e", "GET /c/{x=*}/{y=d/**}/e:verb",
                         "GET /f/{x=*}/{y=**}/g", "GET /f/{x=*}/{y=**}/g:verb", "GET /a/{x=b/*/y/z/**}/foo",
                         "GET /a/{x=b/*/**/y/z}/foo"});
  Expect(table, {
                    {"GET /a/b/hello/world/c", "/a/{x=b/**} x=b/hello/world/c"},
                    {"GET /a/b/world/c/z", "/a/{x=b/**}/z x=b/world/c"},
                    {"GET /a/b/world/c/y/z", "/a/{x=b/**}/y/z x=b/world/c"},
                    {"GET /a/b/world/c:verb", "/a/{x=b/**}:verb x=b/world/c"},
                    {"GET /a/hello/b/world/c", "/a/{x=**} x=hello/b/world/c"},
                    {"GET /c/hello/d/esp/world/e", "/c/{x=*}/{y=d/**}/e x=hello y=d/esp/world"},
                    {"GET /c/hola/d/esp/mundo/e:verb", "/c/{x=*}/{y=d/**}/e:verb x=hola y=d/esp/mundo"},
                    {"GET /f/foo/bar/baz/g", "/f/{x=*}/{y=**}/g x=foo y=bar/baz"},
                    {"GET /f/foo/bar/baz/g:verb", "/f/{x=*}/{y=**}/g:verb x=foo y=bar/baz"},
                    {"GET /a/b/foo/y/z/bar/baz/foo", "/a/{x=b/*/y/z/**}/foo x=b/foo/y/z/bar/baz"},
                    {"GET /a/b/foo/bar/baz/y/z/foo", "/a/{x=b/*/**/y/z}/foo x=b/foo/bar/baz/y/z"},
                });
  // With literals behind it, "**" covers one segment at least.
  Expect(TestTable({"GET /t/**/leaf"}),
         {{"GET /t/leaf", "404"}, {"GET /t/a/leaf", "/t/**/leaf"}, {"GET /t/leaf/leaf", "/t/**/leaf"}});
}

TEST(RouteTable, MatchesVerbsOnlyAtTheEnd) {
  const TestTable table(
      {"GET /some/const:verb", "GET /some/*:verb", "GET /some/*/foo:verb", "GET /other/**:verb", "GET /other/**/const:verb"});
  Expect(table, {
                    {"GET /some/const:verb", "/some/const:verb"},
                    {"GET /some/other:verb", "/some/*:verb"},
                    {"GET /some/other:verb/", "404"},
                    {"GET /some/bar/foo:verb", "/some/*/foo:verb"},
                    {"GET /some/foo1/foo2/foo:verb", "404"},
                    {"GET /some/foo/bar:verb", "404"},
                    {"GET /other/bar/foo:verb", "/other/**:verb"},
                    {"GET /other/bar/foo/const:verb", "/other/**/const:verb"},
                });
  Expect(TestTable({"GET /{a=*}/{b=*}:verb"}),
         {{"GET /some:verb/const:verb", "/{a=*}/{b=*}:verb a=some:verb b=const"}});
  Expect(TestTable({"GET /foo/{a=*}"}), {{"GET /foo/other:verb", "/foo/{a=*} a=other:verb"}});
  Expect(TestTable({"GET /foo/*/hello"}), {{"GET /foo/other:verb/hello", "/foo/*/hello"}});
  Expect(TestTable({"GET /{a=**}:verb", "GET /{a=**}"}),
         {{"GET /some:verb/const:verb", "/{a=**}:verb a=some:verb/const"},
          {"GET /some:verb/const", "/{a=**} a=some:verb/const"},
          {"GET /some:verb2/const:verb2", "/{a=**} a=some:verb2/const:verb2"},
          {"GET /x:", "/{a=**} a=x:"}});
}

TEST(RouteTable, MakesARegisteredVerbMandatoryForEveryTemplate) {
  const TestTable table({"GET /items/{x}", "POST /items/{x}:archive"});
  Expect(table, {{"POST /items/7:archive", "/items/{x}:archive x=7"},
                 {"GET /items/7:archive", "405 POST"},
                 {"GET /items/7:peek", "/items/{x} x=7:peek"}});
}

TEST(RouteTable, RefusesPartialMatches) {
  const TestTable table({"GET /prefix/middle/suffix", "GET /prefix/middle", "GET /prefix"});
  Expect(table, {{"GET /prefix/middle/suffix", "/prefix/middle/suffix"},
                 {"GET /prefix/middle", "/prefix/middle"},
                 {"GET /prefix", "/prefix"},
                 {"GET /prefix/middle/suffix/other", "404"},
                 {"GET /prefix/middle/other", "404"},
                 {"GET /prefix/other", "404"},
                 {"GET /other", "404"}});
}

TEST(RouteTable, OfNoRulesMatchesNothing) {
  Expect(TestTable({}), {{"GET /", "404"}, {"GET a/b/blue/foo", "404"}, {"HEAD /a", "404"}});
}

TEST(RouteTable, TriesTheWildcardWhenTheLiteralHasNoRuleForTheMethod) {
  const TestTable table({"GET /pick/one", "POST /pick/{x}", "GET /pick/{x}/{y}", "GET /back/lit/x", "GET /back/{x}/x/{y}"});
  Expect(table, {{"GET /pick/one", "/pick/one"},
                 {"POST /pick/one", "/pick/{x} x=one"},
                 {"GET /back/lit/x", "/back/lit/x"},
                 {"GET /back/lit/x/y", "/back/{x}/x/{y} x=lit y=y"}});
}

TEST(RouteTable, ServesAnyMethodByTheCustomKindStar) {
  const TestTable table({"* /any/{x}", "GET /any/{x}", "POST /other:verb"});
  Expect(table, {{"GET /any/1", "/any/{x} x=1"},
                 {"PURGE /any/1", "/any/{x} x=1"},
                 {"PURGE /any/1:verb", "/any/{x} x=1"}});  // The verb is stripped all the same.
  EXPECT_EQ(table.Find("GET", "/any/1").route->http_method, "GET");
  EXPECT_EQ(table.Find("PURGE", "/any/1").route->http_method, "*");
}

TEST(RouteTable, SaysWhichMethodsAPathHas) {
  const TestTable table({"POST /a/{x}", "GET /a/b", "PATCH /a/*", "SEARCH /c"});
  Expect(table, {{"DELETE /a/b", "405 GET, HEAD, PATCH, POST"},
                 {"DELETE /a/c", "405 PATCH, POST"},
                 {"GET /c", "405 SEARCH"},
                 {"get /a/b", "405 GET, HEAD, PATCH, POST"}});
}

TEST(RouteTable, ServesHeadAsGetUnlessItHasItsOwnRule) {
  Expect(TestTable({"GET /a", "HEAD /b", "GET /b", "POST /c"}),
         {{"HEAD /a", "/a"}, {"HEAD /b", "/b"}, {"HEAD /c", "405 POST"}, {"PUT /b", "405 GET, HEAD"}});
  Expect(TestTable({"GET /a"}, RoutingOptions::Envoy()), {{"HEAD /a", "405 GET"}, {"OPTIONS /a", "405 GET"}});
}

TEST(RouteTable, LeavesTwoRulesOfOneShapeUnreachableAsEnvoyDoes) {
  Expect(TestTable({"GET /a/{x}", "GET /a/{y}", "GET /**", "POST /a/{x}"}, RoutingOptions::Envoy()),
         {{"GET /a/1", "405 POST"},  // Nor does it fall back to the wider template.
          {"GET /b/1", "/**"},
          {"POST /a/1", "/a/{x} x=1"}});
}

TEST(RouteTable, MatchesAPathOfVeryManySlashesInOnePass) {
  const TestTable table({"GET /a/**/x", "GET /a/**/b/b/x", "GET /q/{x=**}"});
  const std::string slashes(64000, '/');
  EXPECT_EQ(table.Match("GET /a/" + slashes + "/x"), "/a/**/x");
  EXPECT_EQ(table.Match("GET /a/" + slashes + "/y"), "404");
  EXPECT_EQ(table.Match("GET /q/" + slashes), "/q/{x=**} x=");
  std::string same = "GET /a";
  for (int i = 0; i < 64000; ++i) same += "/b";
  EXPECT_EQ(table.Match(same + "/x"), "/a/**/b/b/x");
  EXPECT_EQ(table.Match(same + "/y"), "404");
}

TEST(RouteTable, AgreesWithAPlainReadingOfTheRulesOnSmallPaths) {
  // Every path of up to four segments over a small alphabet, against the templates tried one by one.
  const std::vector<std::string> templates = {"/a", "/a/*", "/*/a", "/*/*", "/a/**", "/b/**/a", "/*/b/a", "/a/b"};
  std::vector<std::string> rules;
  for (const std::string& text : templates) rules.push_back("GET " + text);
  const TestTable table(rules);
  const auto matches = [](const std::vector<std::string>& path, const PathTemplate& t) {
    size_t star = t.segments.size();
    for (size_t i = 0; i < t.segments.size(); ++i) {
      if (t.segments[i].kind == PathTemplate::SegmentKind::kDoubleStar) star = i;
    }
    const bool has_star = star < t.segments.size();
    const size_t tail = has_star ? t.segments.size() - star - 1 : 0;
    const size_t least = has_star ? star + tail + (tail > 0 ? 1 : 0) : t.segments.size();
    if (path.size() < least || (!has_star && path.size() != t.segments.size())) return false;
    const auto fits = [&](size_t segment, size_t at) {
      return t.segments[segment].kind == PathTemplate::SegmentKind::kStar || t.segments[segment].literal == path[at];
    };
    for (size_t i = 0; i < (has_star ? star : t.segments.size()); ++i) {
      if (!fits(i, i)) return false;
    }
    for (size_t i = 0; i < tail; ++i) {
      if (!fits(star + 1 + i, path.size() - tail + i)) return false;
    }
    return true;
  };
  const std::vector<std::string> alphabet = {"a", "b", "c"};
  for (int code = 0; code < 4 * 4 * 4 * 4; ++code) {
    std::vector<std::string> path;
    std::string text;
    bool is_path = true;
    for (int place = 0, rest = code; place < 4; ++place, rest /= 4) {
      if (rest % 4 == 3) {
        is_path = is_path && rest == 255 >> (2 * place);  // The end: only ends may follow.
        continue;
      }
      path.push_back(alphabet[rest % 4]);
      text += "/" + path.back();
    }
    if (!is_path || path.empty()) continue;
    bool any = false;
    for (const std::string& candidate : templates) any = any || matches(path, *PathTemplate::Parse(candidate));
    const std::string found = table.Match("GET " + text);
    EXPECT_EQ(found != "404", any) << text << " gave " << found;
    if (found != "404") EXPECT_TRUE(matches(path, *PathTemplate::Parse(found))) << text << " gave " << found;
  }
}

}  // namespace
}  // namespace minato::gateway

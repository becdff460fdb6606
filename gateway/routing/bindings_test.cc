#include "gateway/routing/bindings.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/routing/test_table.h"

namespace minato::gateway {
namespace {

std::string Describe(const StatusOr<UrlBindings>& result) {
  if (!result.ok()) {
    return fmt::format("{} {}", result.status().code() == StatusCode::kNotFound ? "pass" : "refused",
                       MessageOf(result.status()));
  }
  std::string text;
  for (const Binding& binding : result->bindings) {
    for (size_t i = 0; i < binding.path.size(); ++i) text += (i == 0 ? "" : ".") + binding.path[i]->name;
    if (binding.key.has_value()) text += "[" + *binding.key + "]";
    text += "=" + binding.value + ";";
  }
  for (const auto& [name, values] : result->unknown) text += fmt::format("?{}=[{}];", name, fmt::join(values, ","));
  return text;
}

// The bindings of "/path?query" under one rule.
std::string Bind(const std::string& rule, std::string_view url, RoutingOptions options = {}) {
  const TestTable table({rule}, options);
  const size_t question_mark = url.find('?');
  const std::string http_method = rule.substr(0, rule.find(' '));
  const RouteMatch match = table.Find(http_method, url.substr(0, question_mark));
  if (match.outcome != RouteMatch::Outcome::kFound) return "no match";
  return Describe(
      BindUrl(match, question_mark == url.npos ? std::string_view() : url.substr(question_mark + 1), options));
}

RoutingOptions With(UnknownName unknown_name, UnknownNameText text = UnknownNameText::kEnvoy) {
  RoutingOptions options = RoutingOptions::Envoy();
  options.unknown_name = unknown_name;
  options.unknown_name_text = text;
  return options;
}

TEST(BindUrl, TakesThePathFirstAndThenTheQueryInOrder) {
  EXPECT_EQ(Bind("GET /a/{x}/b/{y}", "/a/1/b/2?z=3&x=4&book.author.given_name=N&z=5"),
            "x=1;y=2;z=3;x=4;book.author.given_name=N;z=5;");
  EXPECT_EQ(Bind("GET /a", "/a"), "");
  EXPECT_EQ(Bind("GET /a", "/a?x=&y&=z&&b=c=d"), "x=;b=c=d;");
}

TEST(BindUrl, DecodesASingleSegmentWhole) {
  EXPECT_EQ(Bind("GET /a/{x}/c", "/a/p%20q%2Fr+/c"), "x=p q/r+;");
  EXPECT_EQ(Bind("GET /a/{x}", "/a/%2F%zz%4"), "x=/%zz%4;");
}

TEST(BindUrl, DecodesSeveralSegmentsAsTheSpecSays) {
  EXPECT_EQ(Bind("GET /a/{x=p/*/q/*}/c", "/a/p/foo%20foo/q/bar%2Fbar/c"), "x=p/foo foo/q/bar%2Fbar;");
  EXPECT_EQ(Bind("GET /a/{x=**}/c", "/a/p/foo%20foo/q/bar%2Fbar+/c"), "x=p/foo foo/q/bar%2Fbar+;");
  const std::pair<UnescapeSpec, const char*> specs[] = {
      {UnescapeSpec::kAllExceptReserved, "y=%2f%23/ %23;"},
      {UnescapeSpec::kAllExceptSlash, "y=%2f#/ %23;"},
      {UnescapeSpec::kAll, "y=/#/ %23;"},
  };
  for (const auto& [spec, expected] : specs) {
    RoutingOptions options;
    options.path_unescape = spec;
    EXPECT_EQ(Bind("GET /wildcard/{y=**}", "/wildcard/%2f%23/%20%2523", options), expected);
    EXPECT_EQ(Bind("GET /one/{x=*}", "/one/%2f%2523", options), "x=/%23;") << "one segment is decoded whole";
    EXPECT_EQ(Bind("GET /one/{y=**}", "/one/%25", options), "y=%;");
  }
}

TEST(BindUrl, DecodesQueryValues) {
  EXPECT_EQ(Bind("GET /a", "/a?x=Hello%20world"), "x=Hello world;");
  EXPECT_EQ(Bind("GET /a", "/a?x=%24%25%2F%20%0A%26"), "x=$%/ \n&;");
  EXPECT_EQ(Bind("GET /a", "/a?x=Hello+world&y=%2B+%20"), "x=Hello+world;y=++ ;");
  RoutingOptions options;
  options.query_plus = PlusSign::kIsSpace;
  EXPECT_EQ(Bind("GET /a/{z}", "/a/b+c?x=Hello+world&y=%2B+%20", options), "z=b+c;x=Hello world;y=+  ;");
}

TEST(BindUrl, FindsFieldsByBothNamesAndByEncodedNames) {
  EXPECT_EQ(Bind("GET /a", "/a?some_name=1&someName=2"), "some_name=1;some_name=2;");
  EXPECT_EQ(Bind("GET /a", "/a?search%5Bdecoded%5D=1&search[decoded]=2"), "decoded=1;decoded=2;");
  EXPECT_EQ(Bind("GET /a", "/a?search%5Bencoded%5D=1"), "encoded=1;");
  EXPECT_EQ(Bind("GET /a", "/a?search[encoded]=1"),
            "refused unknown query parameter \"search[encoded]\": routing.test.Fields has no field \"search[encoded]\"");
  EXPECT_EQ(Bind("GET /a", "/a?both=1&other=2"), "other=1;both=2;") << "json_name comes first";
  EXPECT_EQ(Bind("GET /a", "/a?boo%6b.%69d=1"), "book.id=1;");
  EXPECT_EQ(Bind("GET /a", "/a?book%2Eid=1"),
            "refused unknown query parameter \"book%2Eid\": routing.test.Fields has no field \"book%2Eid\"")
      << "names are split before they are decoded";
}

TEST(BindUrl, ReachesIntoRepeatedMessages) {
  EXPECT_EQ(Bind("GET /a", "/a?books.id=1&book.tags=t&book.tags=u"), "books.id=1;book.tags=t;book.tags=u;");
}

TEST(BindUrl, TakesAMapForAListOfEntriesAsEnvoyDoes) {
  const RoutingOptions options = With(UnknownName::kRefuse, UnknownNameText::kPlain);
  EXPECT_EQ(Bind("GET /a", "/a?labels.key=k&labels.value=v", options), "labels.key=k;labels.value=v;");
  EXPECT_EQ(Bind("GET /a", "/a?labels.foo=x", options),
            "refused unknown query parameter \"labels.foo\": routing.test.Fields.LabelsEntry has no field \"foo\"");
  EXPECT_EQ(Bind("GET /a", "/a?labels[foo]=x", options),
            "refused unknown query parameter \"labels[foo]\": routing.test.Fields has no field \"labels[foo]\"");
}

TEST(BindUrl, SetsAnEntryOfAMapByItsKey) {
  EXPECT_EQ(Bind("GET /a", "/a?labels.key=v&labels[value]=w&labels%5bx%5D=y&labels.key=z"),
            "labels[key]=v;labels[value]=w;labels[x]=y;labels[key]=z;");
  EXPECT_EQ(Bind("GET /a", "/a?labels[a.b]=1&labels.a%2Eb=2&labels[a%20[b]]=3"),
            "labels[a.b]=1;labels[a.b]=2;labels[a [b]]=3;");
  EXPECT_EQ(Bind("GET /a", "/a?book.author.scores.7=1.5&book.author.scores[-8]=2"),
            "book.author.scores[7]=1.5;book.author.scores[-8]=2;");
  EXPECT_EQ(Bind("GET /a", "/a?switches.true=READ&switches[0]=UNREAD"), "switches[true]=READ;switches[0]=UNREAD;");
  EXPECT_EQ(Bind("GET /a", "/a?deadlines[x]=2026-01-01T00:00:00Z"), "deadlines[x]=2026-01-01T00:00:00Z;");
  RoutingOptions options;
  options.query_plus = PlusSign::kIsSpace;
  EXPECT_EQ(Bind("GET /a", "/a?labels[a+b]=c+d", options), "labels[a b]=c d;");
}

TEST(BindUrl, NamesTheParameterOfAMapThatIsWrong) {
  const std::pair<const char*, const char*> wrong[] = {
      {"labels=x", "\"labels\": routing.test.Fields.labels is a map; an entry is labels[key]=value"},
      {"labels.=x", "\"labels.\": routing.test.Fields.labels is a map; an entry is labels[key]=value"},
      {"labels[]=x", "\"labels[]\": routing.test.Fields.labels is a map; an entry is labels[key]=value"},
      {"labels.a.b=x", "\"labels.a.b\": a key with a dot in it stands in brackets, as in labels[a.b]"},
      {"shelf.a=x", "\"shelf.a\": the values of routing.test.Fields.shelf are messages that cannot be given as text"},
      {"book.author.scores.x=1", "\"book.author.scores.x\": key: expected a 32-bit integer, found \"x\""},
      {"book.author.scores.1=x", "\"book.author.scores.1\": expected a number, found \"x\""},
      {"switches.maybe=READ", "\"switches.maybe\": key: expected true or false, found \"maybe\""},
      {"switches[true]=NEW", "\"switches[true]\": expected a value of routing.test.State, found \"NEW\""},
      {"labels[k]=%ff", "\"labels[k]\": the text is not UTF-8"},
  };
  for (const auto& [query, text] : wrong) {
    EXPECT_EQ(Bind("GET /a", std::string("/a?") + query), std::string("refused query parameter ") + text);
  }
  const char* const unknown = "routing.test.Fields has no field \"nix[a]\"";
  EXPECT_EQ(Bind("GET /a", "/a?nix[a]=1"), std::string("refused unknown query parameter \"nix[a]\": ") + unknown);
  for (const char* query : {"x[a]=1", "labels[a=1", "books[a]=1", "labels[a]b=1"}) {
    EXPECT_TRUE(Bind("GET /a", std::string("/a?") + query).starts_with("refused unknown query parameter")) << query;
  }
}

TEST(BindUrl, TreatsAMapThatCannotBeSetAsTheOptionsSay) {
  RoutingOptions options = With(UnknownName::kIgnore);
  options.query_maps = QueryMaps::kByKey;
  EXPECT_EQ(Bind("GET /a", "/a?labels.a.b=1&shelf.a=2&labels.a=3", options), "labels[a]=3;");
  options.unknown_name = UnknownName::kPassThrough;
  EXPECT_EQ(Bind("GET /a", "/a?labels.a.b=1", options), "pass the request names a field that does not exist");
  EXPECT_EQ(Bind("GET /a", "/a?switches.x=READ", options),
            "refused query parameter \"switches.x\": key: expected true or false, found \"x\"");
}

TEST(BindUrl, NamesWhatIsUnknown) {
  EXPECT_EQ(Bind("GET /a", "/a?x=1&nix=2"),
            "refused unknown query parameter \"nix\": routing.test.Fields has no field \"nix\"");
  EXPECT_EQ(Bind("GET /a", "/a?book.author.nix=2"),
            "refused unknown query parameter \"book.author.nix\": routing.test.Author has no field \"nix\"");
  EXPECT_EQ(Bind("GET /a", "/a?x.y=2"), "refused unknown query parameter \"x.y\": routing.test.Fields.x is no message");
  EXPECT_EQ(Bind("GET /a", "/a?book.=2"),
            "refused unknown query parameter \"book.\": routing.test.Book has no field \"\"");
}

TEST(BindUrl, AnswersInEnvoysWordsIfAsked) {
  const RoutingOptions options = With(UnknownName::kRefuse);
  EXPECT_EQ(Bind("GET /a", "/a?nix=2", options),
            "refused Could not find field \"nix\" in the type \"routing.test.Fields\".");
  EXPECT_EQ(Bind("GET /a", "/a?book.nix=2", options),
            "refused Could not find field \"nix\" in the type \"routing.test.Book\".");
  EXPECT_EQ(Bind("GET /a", "/a?x.y=2", options),
            "refused Encountered a non-leaf field \"x\" that is not a message while parsing a field path");
  EXPECT_EQ(Bind("GET /a/{nix}", "/a/1", options),
            "refused Could not find field \"nix\" in the type \"routing.test.Fields\".");
}

TEST(BindUrl, TreatsUnknownNamesAsTheOptionsSay) {
  EXPECT_EQ(Bind("GET /a", "/a?nix=1&x=2", With(UnknownName::kPassThrough)),
            "pass the request names a field that does not exist");
  EXPECT_EQ(Bind("GET /a/{nix}", "/a/1", With(UnknownName::kPassThrough)),
            "pass the request names a field that does not exist");
  EXPECT_EQ(Bind("GET /a", "/a?nix=1&x=2&x.y=3", With(UnknownName::kIgnore)), "x=2;");
  EXPECT_EQ(Bind("GET /a/{nix}", "/a/1?x=2", With(UnknownName::kIgnore)), "x=2;");
  EXPECT_EQ(Bind("GET /a", "/a?foo=bar+dsa&eep=b%61z&foo=asd&foo.bar=baz&x=1", With(UnknownName::kCapture)),
            "x=1;?foo=[bar+dsa,asd];?eep=[baz];?foo.bar=[baz];");
  EXPECT_EQ(Bind("GET /a/{nix}", "/a/1?x=2&nix=3", With(UnknownName::kCapture)), "x=2;?nix=[1,3];");
}

TEST(BindUrl, PassesOverIgnoredNamesAsTheyWereSent) {
  RoutingOptions options;
  options.ignored_query_parameters = {"key", "api_key", "x"};
  EXPECT_EQ(Bind("GET /a/{x}", "/a/hello?y=world&api_key=secret&x=1", options), "x=hello;y=world;");
  EXPECT_EQ(Bind("GET /a", "/a?key=secret&y=world", options), "y=world;");
  EXPECT_EQ(Bind("GET /a", "/a?k%65y=secret", options),
            "refused unknown query parameter \"k%65y\": routing.test.Fields has no field \"k%65y\"");
}

TEST(BindUrl, LeavesAnHttpBodyToTheBody) {
  EXPECT_EQ(Bind("POST /a body=content", "/a?x=1&content.content_type=t&content=u&book.id=2"), "x=1;book.id=2;");
  EXPECT_EQ(Bind("POST /a body=x", "/a?content.content_type=t"), "content.content_type=t;");
}

}  // namespace
}  // namespace minato::gateway

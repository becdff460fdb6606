#include "gateway/routing/path_template.h"

#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

// "shape name[begin,end) …"
std::string Parse(std::string_view text) {
  const StatusOr<PathTemplate> parsed = PathTemplate::Parse(text);
  if (!parsed.ok()) return std::string(MessageOf(parsed.status()));
  std::string result = parsed->Shape();
  for (const PathTemplate::Variable& variable : parsed->variables) {
    result += fmt::format(" {}[{},{})", variable.field_path, variable.begin, variable.end);
  }
  return result;
}

TEST(PathTemplate, IsReadAsGoogleApiHttpDefinesIt) {
  const std::pair<const char*, const char*> cases[] = {
      {"/", "/"},
      {"/shelves/{shelf}/books/{book}", "/shelves/*/books/* shelf[1,2) book[3,4)"},
      {"/shelves/**", "/shelves/**"},
      {"/**", "/**"},
      {"/*", "/*"},
      {"/a:foo", "/a:foo"},
      {"/a/b/c:foo", "/a/b/c:foo"},
      {"/*/**", "/*/**"},
      {"/*/a/**", "/*/a/**"},
      {"/a/{a.b.c}", "/a/* a.b.c[1,2)"},
      {"/a/{a.b.c=*}", "/a/* a.b.c[1,2)"},
      {"/a/{b=*}", "/a/* b[1,2)"},
      {"/a/{b=**}", "/a/** b[1,2)"},
      {"/a/{b=c/*}", "/a/c/* b[1,3)"},
      {"/a/{b=c/*/d}", "/a/c/*/d b[1,4)"},
      {"/a/{b=c/**}", "/a/c/** b[1,3)"},
      {"/a/{b=c/**}/d/e", "/a/c/**/d/e b[1,3)"},
      {"/a/{b=c/**/d}/e", "/a/c/**/d/e b[1,4)"},
      {"/a/{b=c/**/d}/e:verb", "/a/c/**/d/e:verb b[1,4)"},
      {"/*:verb", "/*:verb"},
      {"/**:verb", "/**:verb"},
      {"/{a}:verb", "/*:verb a[0,1)"},
      {"/a/b/*:verb", "/a/b/*:verb"},
      {"/a/b/**:verb", "/a/b/**:verb"},
      {"/a/b/{a}:verb", "/a/b/*:verb a[2,3)"},
      {"/{x=a/*}", "/a/* x[0,2)"},
      {"/{x.y.z=*/a/b}/c", "/*/a/b/c x.y.z[0,3)"},
      {"/{x=**}", "/** x[0,1)"},
      {"/{x.y.z=a/**/b}/c/d", "/a/**/b/c/d x.y.z[0,3)"},
      {"/{x.y.z=*/*}:verb", "/*/*:verb x.y.z[0,2)"},
      {"/{x=**}:myverb", "/**:myverb x[0,1)"},
      {"/a/{b}/**/c", "/a/*/**/c b[1,2)"},
      {"/**/{b=c}", "/**/c b[1,2)"},
      {"/a-b_c.d~e!$&'()+,;=@%20/x", "/a-b_c.d~e!$&'()+,;=@%20/x"},
      {"/a*b", "/a*b"},  // A literal, as in Envoy.
      {"/%3a/€", "/%3a/€"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(Parse(text), expected) << text;
}

TEST(PathTemplate, RefusesWhatIsMalformedAndSaysWhere) {
  const struct {
    const char* text;
    int column;
    const char* wrong;
  } cases[] = {
      {"", 1, "a template begins with '/'"},
      {"//", 2, "a segment is empty"},
      {"/{}", 3, "a field name is missing"},
      {"/a/", 4, "a segment is empty"},
      {"/a//b", 4, "a segment is empty"},
      {":verb", 1, "a template begins with '/'"},
      {"/:verb", 2, "a segment is empty"},
      {"/a/:verb", 4, "a segment is empty"},
      {":", 1, "a template begins with '/'"},
      {"/:", 2, "a segment is empty"},
      {"/*:", 4, "the verb is empty"},
      {"/**:", 5, "the verb is empty"},
      {"/{var}:", 8, "the verb is empty"},
      {"/a/b/:", 6, "a segment is empty"},
      {"/a/b/*:", 8, "the verb is empty"},
      {"/a/b/**:", 9, "the verb is empty"},
      {"/a/b/{var}:", 12, "the verb is empty"},
      {"/a:b/c", 5, "'/' in a verb"},
      {"/a:b:c", 5, "':' in a verb"},
      {"/a:b}", 5, "'}' in a verb"},
      {"/a:/", 4, "'/' in a verb"},
      {"/a/{", 5, "a field name is missing"},
      {"/a/{var", 8, "'}' is missing"},
      {"/a/{var.", 9, "a field name is missing"},
      {"/a/{.var}", 5, "a field name is missing"},
      {"/a/{var.}", 9, "a field name is missing"},
      {"/a/{a..b}", 7, "a field name is missing"},
      {"/a/{x=", 7, "a segment is empty"},
      {"/a/{x=}", 7, "'}' without '{'"},
      {"/a/{x=var:verb}", 10, "':' inside a variable"},
      {"/a/{x=*:verb}", 8, "':' inside a variable"},
      {"/a/{x:verb}", 6, "':' in a field name"},
      {"/a/{x/y}", 6, "'/' in a field name"},
      {"/a/{x*}", 6, "'*' in a field name"},
      {"a", 1, "a template begins with '/'"},
      {"{x}", 1, "a template begins with '/'"},
      {"{x=/a}", 1, "a template begins with '/'"},
      {"{x=/a/b}", 1, "a template begins with '/'"},
      {"a/b", 1, "a template begins with '/'"},
      {"a/b/{x}", 1, "a template begins with '/'"},
      {"a/{x}/b", 1, "a template begins with '/'"},
      {"a/{x}/b:verb", 1, "a template begins with '/'"},
      {"/a/{var=/b}", 9, "a segment is empty"},
      {"/a/{var=b/}", 11, "'}' without '{'"},
      {"/{var=a/{nested=b}}", 9, "a variable inside a variable"},
      {"/{var=a{nested}}", 8, "a variable must be a whole segment"},
      {"/a{x}", 3, "a variable must be a whole segment"},
      {"/{x}a", 5, "a variable must be a whole segment"},
      {"/a{x}b", 3, "a variable must be a whole segment"},
      {"/{x}a{y}", 5, "a variable must be a whole segment"},
      {"/a/b{x}", 5, "a variable must be a whole segment"},
      {"/a/{x}b", 7, "a variable must be a whole segment"},
      {"/a/b{x}c", 5, "a variable must be a whole segment"},
      {"/a/{x}b{y}", 7, "a variable must be a whole segment"},
      {"/a/b{x}/s", 5, "a variable must be a whole segment"},
      {"/a/{x}b/s", 7, "a variable must be a whole segment"},
      {"/a/b{x}c/s", 5, "a variable must be a whole segment"},
      {"/a/{x}b{y}/s", 7, "a variable must be a whole segment"},
      {"/{x}{y}", 5, "a variable must be a whole segment"},
      {"/a}", 3, "'}' without '{'"},
      {"/}", 2, "'}' without '{'"},
      {"/*a", 3, "'a' directly behind a wildcard"},
      {"/***", 4, "'*' directly behind a wildcard"},
      {"/*{x}", 3, "'{' directly behind a wildcard"},
      {"/a/**/*", 7, "only literals may follow '**'"},
      {"/a/**/foo/*", 11, "only literals may follow '**'"},
      {"/a/**/**", 7, "only literals may follow '**'"},
      {"/a/**/foo/**", 11, "only literals may follow '**'"},
      {"/a/{x=b/**}/{y=*}", 16, "only literals may follow '**'"},
      {"/a/{x=b/**}/bb/{y}", 18, "only literals may follow '**'"},
      {"/a/{x=b/**}/{y=**}", 16, "only literals may follow '**'"},
  };
  for (const auto& [text, column, wrong] : cases) {
    EXPECT_EQ(Parse(text), fmt::format("path template \"{}\", column {}: {}", text, column, wrong));
  }
}

TEST(PathTemplate, OfOneShapeMatchTheSamePaths) {
  EXPECT_EQ(PathTemplate::Parse("/a/{x=b/*}:c")->Shape(), PathTemplate::Parse("/a/b/{y}:c")->Shape());
}

}  // namespace
}  // namespace minato::gateway

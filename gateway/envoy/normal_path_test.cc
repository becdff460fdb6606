#include "gateway/envoy/normal_path.h"

#include <utility>

#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

// Each as Envoy 1.40 sent it on.
TEST(NormalPath, IsWhatEnvoyMakesOfIt) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"/a/../b", "/b"},     {"/a/./b", "/a/b"},       {"/a//b", "/a//b"},       {"//a", "//a"},
      {"/a/..", "/"},        {"/..", "/"},             {"/../x", "/x"},          {"/a/%2e%2e/b", "/b"},
      {"/a/%2E/b", "/a/b"},  {"/%41%7e%2d%5f", "/A~-_"}, {"/a%2fb", "/a%2fb"},   {"/a\\b", "/a/b"},
      {"/a%20b", "/a%20b"},  {"/a\"b", "/a%22b"},      {"/a<b>", "/a%3Cb%3E"},   {"/a{b}", "/a%7Bb%7D"},
      {"/a|b", "/a%7Cb"},    {"/a^b", "/a%5Eb"},       {"/a`b", "/a%60b"},       {"/%zz", "/%zz"},
      {"/a%", "/a%"},        {"/a;b", "/a;b"},         {"/a/b/", "/a/b/"},       {"/a/b/..", "/a/"},
      {"/a/b/.", "/a/b/"},   {"/a/...", "/a/..."},     {"/a/..b", "/a/..b"},     {"/a%ffb", "/a%ffb"},
      {"/~", "/~"},          {"/[x]", "/[x]"},         {"/a//../b", "/a/b"},     {"/a%5Cb", "/a%5Cb"},
      {"/*", "/*"},          {"/!$&(),=@", "/!$&(),=@"}, {"/", "/"},             {"", "/"},
  };
  for (const auto& [path, normal] : cases) EXPECT_EQ(NormalizePath(path), normal) << path;
  EXPECT_EQ(NormalizePath("/%00"), std::nullopt);
}

TEST(NormalPath, MergesSlashesAndNothingElse) {
  EXPECT_EQ(MergeSlashes("//a///b/"), "/a/b/");
  EXPECT_EQ(MergeSlashes("/a/../b"), "/a/../b");
  EXPECT_EQ(MergeSlashes("///"), "//");
  EXPECT_EQ(MergeSlashes("/"), "/");
}

TEST(NormalPath, HasNoEscapedSlashes) {
  EXPECT_EQ(UnescapeSlashes("/a%2Fb%2fc%5Cd%5ce"), "/a/b/c\\d\\e");
  EXPECT_EQ(UnescapeSlashes("%2F"), "/");
  EXPECT_EQ(UnescapeSlashes("/a%252Fb%2F"), "/a%252Fb/") << "once";
  for (const char* none : {"", "/", "/a%2", "/%", "/%2%2E", "/a%252Fb"}) {
    EXPECT_EQ(UnescapeSlashes(none), std::nullopt) << none;
  }
}

}  // namespace
}  // namespace minato::gateway

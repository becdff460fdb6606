#include "gateway/routing/query.h"

#include <gtest/gtest.h>

#include <string>

namespace minato::gateway {
namespace {

std::string Split(std::string_view query) {
  std::string result;
  QuerySplitter splitter(query);
  QueryParameter parameter;
  while (splitter.Next(parameter)) {
    result.append(parameter.name).append(" -> ").append(parameter.raw_value).append("; ");
  }
  return result;
}

TEST(QuerySplitter, KeepsOrderAndDecodesNothing) {
  EXPECT_EQ(Split("b=1&a.c%20=%26&b=2"), "b -> 1; a.c%20 -> %26; b -> 2; ");
  EXPECT_EQ(Split("a=b=c"), "a -> b=c; ");
  EXPECT_EQ(Split("a="), "a -> ; ");
}

TEST(QuerySplitter, PassesOverWhatIsNoParameter) {
  EXPECT_EQ(Split(""), "");
  EXPECT_EQ(Split("&&"), "");
  EXPECT_EQ(Split("a"), "");
  EXPECT_EQ(Split("=1"), "");
  EXPECT_EQ(Split("a&b=1&=c&d&"), "b -> 1; ");
}

}  // namespace
}  // namespace minato::gateway

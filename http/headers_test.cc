#include "http/headers.h"

#include <gtest/gtest.h>

namespace minato::http {
namespace {

TEST(Headers, LowerNamesAndKeepOrderAndValues) {
  Headers headers;
  headers.Add("Set-Cookie", "A=1");
  headers.Add("X-Id", "Q");
  headers.Add("set-cookie", "B=2");
  EXPECT_EQ(headers, Headers({{"set-cookie", "A=1"}, {"x-id", "Q"}, {"set-cookie", "B=2"}}));
  EXPECT_EQ(headers.Find("set-cookie"), "A=1");
  EXPECT_EQ(headers.FindAll("set-cookie"), (std::vector<std::string_view>{"A=1", "B=2"}));
  EXPECT_FALSE(headers.Has("x"));
}

TEST(Headers, SetReplacesEveryFieldOfTheName) {
  Headers headers = {{"a", "1"}, {"b", "2"}, {"A", "3"}};
  headers.Set("a", "4");
  EXPECT_EQ(headers, Headers({{"b", "2"}, {"a", "4"}}));
}

TEST(Headers, RemoveSaysHowManyThereWere) {
  Headers headers = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(headers.Remove("a"), 2u);
  EXPECT_EQ(headers.Remove("a"), 0u);
  EXPECT_EQ(headers.size(), 1u);
}

}  // namespace
}  // namespace minato::http

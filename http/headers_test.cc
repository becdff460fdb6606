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

TEST(Headers, GrowByFieldsAndByText) {
  Headers headers;
  std::vector<std::pair<std::string, std::string>> expected;
  for (size_t i = 0; i < 300; ++i) {
    expected.emplace_back("name-" + std::to_string(i), std::string(i * i % 700, static_cast<char>('a' + i % 26)));
    headers.Add(expected.back().first, expected.back().second);
    ASSERT_EQ(headers.size(), expected.size());
    const Headers copy = headers;
    ASSERT_EQ(copy, headers);
    size_t at = 0;
    for (const HeaderField field : headers) {
      ASSERT_EQ(field.name, expected[at].first);
      ASSERT_EQ(field.value, expected[at].second);
      ++at;
    }
    ASSERT_EQ(at, expected.size());
  }
}

TEST(Headers, MovedFromAreEmptyAndUsable) {
  Headers from = {{"a", "1"}};
  Headers to = std::move(from);
  EXPECT_EQ(to.Find("a"), "1");
  EXPECT_TRUE(from.empty());
  EXPECT_EQ(from.begin(), from.end());
  EXPECT_EQ(from.Remove("a"), 0u);
  from.Add("b", "");
  EXPECT_EQ(from.Find("b"), "");
  const Headers& same = from;
  from = same;
  EXPECT_EQ(from.Find("b"), "");
  from.clear();
  EXPECT_FALSE(from.Has("b"));
}

}  // namespace
}  // namespace minato::http

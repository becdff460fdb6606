#include "gateway/config/closest_name.h"

#include <string>

#include <gtest/gtest.h>

namespace minato::gateway::config {
namespace {

constexpr std::string_view kNames = "name address stat_prefix filter_chains per_connection_buffer_limit_bytes";

TEST(ClosestName, IsAtMostTwoLettersOff) {
  EXPECT_EQ(ClosestName("stat_prefx", kNames), "stat_prefix");
  EXPECT_EQ(ClosestName("statPrefxi", kNames), "stat_prefix");
  EXPECT_EQ(ClosestName("adress", kNames), "address");
  EXPECT_EQ(ClosestName("filter_chain", kNames), "filter_chains");
  EXPECT_EQ(ClosestName("PerConnectionBufferLimitByte", kNames), "per_connection_buffer_limit_bytes");
}

TEST(ClosestName, IsNoneForAnotherWord) {
  EXPECT_EQ(ClosestName("listeners", kNames), "");
  EXPECT_EQ(ClosestName("nom", kNames), "");
  EXPECT_EQ(ClosestName("", kNames), "");
  EXPECT_EQ(ClosestName("x", ""), "");
  EXPECT_EQ(ClosestName(std::string(10'000, 'x'), kNames), "");
}

}  // namespace
}  // namespace minato::gateway::config

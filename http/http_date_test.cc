#include "http/http_date.h"

#include <gtest/gtest.h>

namespace minato::http {
namespace {

TEST(FormatHttpDate, WritesTheFormOfTheStandard) {
  EXPECT_EQ(FormatHttpDate(absl::FromUnixSeconds(784111777)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace minato::http

#include "server/services/standard_fields.h"

#include <gtest/gtest.h>

namespace minato {
namespace {

TEST(PageSize, HasADefaultAndABound) {
  EXPECT_EQ(*PageSize(0), 50);
  EXPECT_EQ(*PageSize(7), 7);
  EXPECT_EQ(*PageSize(5000), 1000);
  EXPECT_EQ(PageSize(-1).status().code(), StatusCode::kInvalidArgument);
}

TEST(PageToken, LeadsBackToWhereThePageEnded) {
  EXPECT_EQ(*ParsePageToken("users", MakePageToken("users", 1234567890123), 0), 1234567890123);
  EXPECT_EQ(*ParsePageToken("users", "", 17), 17);
}

TEST(PageToken, IsRefusedWhenItWasChangedOrBelongsToAnotherList) {
  const std::string token = MakePageToken("users", 42);
  EXPECT_EQ(ParsePageToken("tasks", token, 0).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ParsePageToken("users", "42", 0).status().code(), StatusCode::kInvalidArgument);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const StatusOr<int64_t> parsed = ParsePageToken("users", changed, 0);
    EXPECT_TRUE(!parsed.ok() || *parsed == 42) << changed;
  }
}

TEST(RequestId, IsShortAndPrintable) {
  EXPECT_TRUE(CheckRequestId("").ok());
  EXPECT_TRUE(CheckRequestId("0b8f6c1e-5a53-4c57-8b0e-2f6f3b1c9d11").ok());
  EXPECT_TRUE(CheckRequestId(std::string(128, 'x')).ok());
  EXPECT_FALSE(CheckRequestId(std::string(129, 'x')).ok());
  EXPECT_FALSE(CheckRequestId("a b").ok());
  EXPECT_FALSE(CheckRequestId("ä").ok());
}

}  // namespace
}  // namespace minato

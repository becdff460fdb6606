#include "gateway/grpc_timeout.h"

#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

TEST(GrpcTimeout, KnowsEveryUnit) {
  EXPECT_EQ(*ParseGrpcTimeout("1H"), absl::Hours(1));
  EXPECT_EQ(*ParseGrpcTimeout("2M"), absl::Minutes(2));
  EXPECT_EQ(*ParseGrpcTimeout("3S"), absl::Seconds(3));
  EXPECT_EQ(*ParseGrpcTimeout("4m"), absl::Milliseconds(4));
  EXPECT_EQ(*ParseGrpcTimeout("5u"), absl::Microseconds(5));
  EXPECT_EQ(*ParseGrpcTimeout("99999999n"), absl::Nanoseconds(99'999'999));
}

TEST(GrpcTimeout, RefusesEverythingElse) {
  for (const char* value : {"", "S", "1", "1s", "-1S", "+1S", " 1S", "1 S", "1.5S", "123456789S", "1SS"}) {
    EXPECT_EQ(ParseGrpcTimeout(value).status().code(), StatusCode::kInvalidArgument) << value;
  }
}

TEST(GrpcTimeout, IsWrittenInTheFinestUnitThatHoldsIt) {
  EXPECT_EQ(FormatGrpcTimeout(absl::ZeroDuration()), "0n");
  EXPECT_EQ(FormatGrpcTimeout(-absl::Seconds(1)), "0n");
  EXPECT_EQ(FormatGrpcTimeout(absl::Nanoseconds(99'999'999)), "99999999n");
  EXPECT_EQ(FormatGrpcTimeout(absl::Nanoseconds(100'000'001)), "100001u");  // rounded up
  EXPECT_EQ(FormatGrpcTimeout(absl::Seconds(15)), "15000000u");
  EXPECT_EQ(FormatGrpcTimeout(absl::Hours(24)), "86400000m");
  EXPECT_EQ(FormatGrpcTimeout(absl::Hours(24 * 365 * 11'000)), "96360000H");
  EXPECT_EQ(FormatGrpcTimeout(absl::InfiniteDuration()), "99999999H");
}

}  // namespace
}  // namespace minato::gateway

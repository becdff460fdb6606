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

}  // namespace
}  // namespace minato::gateway

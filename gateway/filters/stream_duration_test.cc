#include "gateway/filters/stream_duration.h"

#include <gtest/gtest.h>

#include "gateway/front/hand_client.h"

namespace minato::gateway {
namespace {

using absl::Milliseconds;
using absl::Seconds;

struct StreamDurationTest : testing::Test {
  StreamDuration Of(absl::Duration otherwise = absl::ZeroDuration()) {
    return StreamDurationOf(client.head(), action, otherwise);
  }

  HandClient client{"GET", "/"};
  config::RouteAction action;
};

TEST_F(StreamDurationTest, IsTheManagersForARouteThatSaysNothing) {
  EXPECT_EQ(Of().max, absl::InfiniteDuration());
  EXPECT_EQ(Of(Seconds(3)).max, Seconds(3));
  EXPECT_FALSE(Of(Seconds(3)).tells_upstream);
}

TEST_F(StreamDurationTest, IsTheRoutesOfWhichZeroIsNone) {
  action.max_stream_duration = {.max_stream_duration = Seconds(2)};
  EXPECT_EQ(Of(Seconds(3)).max, Seconds(2));
  EXPECT_TRUE(Of().tells_upstream);
  action.max_stream_duration = {.max_stream_duration = absl::ZeroDuration()};
  EXPECT_EQ(Of(Seconds(3)).max, absl::InfiniteDuration());
}

TEST_F(StreamDurationTest, IsTheClientsGrpcTimeoutWithinItsBound) {
  client.request_headers = {{"grpc-timeout", "10S"}};
  action.max_stream_duration = {.grpc_timeout_header_max = absl::ZeroDuration()};
  EXPECT_EQ(Of(Seconds(3)).max, Seconds(10)) << "zero bounds nothing";
  action.max_stream_duration->grpc_timeout_header_max = Seconds(4);
  action.max_stream_duration->grpc_timeout_header_offset = Milliseconds(100);
  EXPECT_EQ(Of().max, Milliseconds(3900));
  EXPECT_TRUE(Of().tells_upstream);
  action.max_stream_duration->grpc_timeout_header_offset = Seconds(5);
  EXPECT_EQ(Of().max, absl::ZeroDuration());
}

TEST_F(StreamDurationTest, IsThatOfOthersWhereTheGrpcTimeoutIsNoneOrNotAskedFor) {
  client.request_headers = {{"grpc-timeout", "soon"}};
  action.max_stream_duration = {.max_stream_duration = Seconds(2), .grpc_timeout_header_max = Seconds(1)};
  EXPECT_EQ(Of().max, Seconds(2));
  client.request_headers = {{"grpc-timeout", "1m"}};
  action.max_stream_duration = {.max_stream_duration = Seconds(2)};
  EXPECT_EQ(Of().max, Seconds(2));
}

TEST_F(StreamDurationTest, IsToldInMillisecondsIfTheyAreNotTooMany) {
  EXPECT_EQ(EnvoyGrpcTimeout(Milliseconds(100)), "100m");
  EXPECT_EQ(EnvoyGrpcTimeout(absl::ZeroDuration()), "0m");
  EXPECT_EQ(EnvoyGrpcTimeout(absl::Hours(27)), "97200000m");
  EXPECT_EQ(EnvoyGrpcTimeout(absl::Hours(28)), "100800S");
}

}  // namespace
}  // namespace minato::gateway

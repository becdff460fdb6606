#include "gateway/filters/stream_duration.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/grpc_timeout.h"

namespace minato::gateway {

StreamDuration StreamDurationOf(const RequestHead& head, const config::RouteAction& action, absl::Duration otherwise) {
  if (otherwise == absl::ZeroDuration()) otherwise = absl::InfiniteDuration();
  if (!action.max_stream_duration.has_value()) return {.max = otherwise};
  const config::MaxStreamDuration& of_route = *action.max_stream_duration;
  if (of_route.grpc_timeout_header_max.has_value()) {
    const auto timeout = ParseGrpcTimeout(head.Find(http::KnownHeader::kGrpcTimeout).value_or(""));
    if (timeout.ok()) {
      const absl::Duration cap = *of_route.grpc_timeout_header_max;
      const absl::Duration capped = cap == absl::ZeroDuration() ? *timeout : std::min(*timeout, cap);
      return {.max = std::max(capped - of_route.grpc_timeout_header_offset, absl::ZeroDuration()),
              .tells_upstream = true};
    }
  }
  if (!of_route.max_stream_duration.has_value()) return {.max = otherwise};
  if (*of_route.max_stream_duration == absl::ZeroDuration()) return {};
  return {.max = *of_route.max_stream_duration, .tells_upstream = true};
}

std::string EnvoyGrpcTimeout(absl::Duration timeout) {
  constexpr int64_t kCountMax = 99'999'999;
  const int64_t milliseconds = absl::Ceil(timeout, absl::Milliseconds(1)) / absl::Milliseconds(1);
  return milliseconds <= kCountMax ? fmt::format("{}m", milliseconds) : FormatGrpcTimeout(timeout);
}

}  // namespace minato::gateway

// How long a request and its answer may take together (Envoy's connection manager: refreshDurationTimeout).
#pragma once

#include <optional>
#include <string>

#include <absl/time/time.h>

#include "gateway/config/bootstrap.h"
#include "gateway/front/request_head.h"

namespace minato::gateway {

struct StreamDuration {
  absl::Duration max = absl::InfiniteDuration();
  bool tells_upstream = false;  // as the grpc-timeout
};

// `otherwise` is the connection manager's max_stream_duration, for routes that say nothing; zero: none.
StreamDuration StreamDurationOf(const RequestHead& head, const config::RouteAction& action, absl::Duration otherwise);

// A grpc-timeout as Envoy writes it: of milliseconds, if these are no more than 8 digits.
std::string EnvoyGrpcTimeout(absl::Duration timeout);

}  // namespace minato::gateway

// The grpc-timeout header.
#pragma once

#include <string_view>

#include "runtime/status.h"

namespace minato::gateway {

// gRPC over HTTP/2, "Timeout": up to 8 digits and a unit of HMSmun.
StatusOr<absl::Duration> ParseGrpcTimeout(std::string_view value);

}  // namespace minato::gateway

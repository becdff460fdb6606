// The grpc-timeout header.
#pragma once

#include <string>
#include <string_view>

#include "runtime/status.h"

namespace minato::gateway {

// gRPC over HTTP/2, "Timeout": up to 8 digits and a unit of HMSmun.
StatusOr<absl::Duration> ParseGrpcTimeout(std::string_view value);

// The finest unit that can hold it, rounded up; "0n" for what has passed.
std::string FormatGrpcTimeout(absl::Duration timeout);

}  // namespace minato::gateway

// Statuses between gRPC and HTTP (google.rpc.Code's documentation; Envoy maps the same way).
#pragma once

#include <string_view>

#include "runtime/status.h"

namespace minato::gateway {

// 499 for CANCELLED, 500 for a number that is no code.
int HttpStatusOfCode(int grpc_code);

// The other way, for answers that are no gRPC (grpc: doc/http-grpc-status-mapping.md).
int CodeOfHttpStatus(int http_status);

// The status to answer with: what WithHttpStatus said, else the code's.
int HttpStatusOf(const Status& status);

// For errors that HTTP tells more finely than gRPC: 405, 408, 413, 414, 415, 426, 431, 502, 505.
Status WithHttpStatus(Status status, int http_status);

// "NOT_FOUND".
std::string_view CodeName(int grpc_code);

}  // namespace minato::gateway

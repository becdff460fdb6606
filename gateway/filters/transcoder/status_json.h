// The status of a gRPC call, as headers or trailers tell it, and as the JSON body that convert_grpc_status makes of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gateway/filters/transcoder/transcoder_tables.h"
#include "http/headers.h"

namespace minato::gateway {

// grpc-status. nullopt: not there, or no number; several, which the router joins to a list, are none.
std::optional<uint64_t> GrpcStatusOf(const http::Headers& fields);
// The HTTP status for it.
int HttpStatusOfGrpc(std::optional<uint64_t> grpc_status);

// The error of a call whose grpc-status is not 0, with the HTTP status of the answer, and its details as a JSON array.
struct GrpcError {
  Status status;
  std::string details_json;
};
GrpcError GrpcErrorOf(const TranscoderTables& tables, const http::Headers& fields);

// Appends google.rpc.Status, from grpc-status-details-bin or else from grpc-status and grpc-message. False if it cannot
// be printed, because a detail has a type that the descriptor set lacks (unless unknown_details is on) or the message is
// not UTF-8: nothing is converted then, as in Envoy.
bool AppendStatusJson(const TranscoderTables& tables, uint64_t grpc_status, const http::Headers& fields,
                      std::string& json);

}  // namespace minato::gateway

// Answers that the gateway gives by itself in preset envoy (Envoy: sendLocalReply).
#pragma once

#include <string_view>

#include "gateway/front/client_stream.h"
#include "gateway/upstream/route_choice.h"

namespace minato::gateway {

// `body` as text/plain, none if empty; for a request that came as gRPC a trailers-only answer that says the same.
Task<void> LocalReply(ClientStream& stream, const RouteChoice& route, int status, std::string_view body,
                      http::Headers headers = {});

// An HTTP status and its text as gRPC clients read them: grpc-status, and grpc-message unless `message` is empty.
void AddGrpcStatus(int http_status, std::string_view message, http::Headers& headers);

}  // namespace minato::gateway

// Answers that the gateway gives by itself in preset envoy (Envoy: sendLocalReply).
#pragma once

#include <string_view>

#include "gateway/front/client_stream.h"
#include "gateway/upstream/route_choice.h"

namespace minato::gateway {

// `body` as text/plain, none if empty; for a request that came as gRPC a trailers-only answer that says the same.
Task<void> LocalReply(ClientStream& stream, const RouteChoice& route, int status, std::string_view body,
                      http::Headers headers = {});

// Why a request is not served, in the shape of the route's errors. Envoy's is LocalReply with the error's message.
Task<void> LocalError(ClientStream& stream, const RouteChoice& route, Status error, http::Headers headers = {});

// No route matches `target`: 404, in Envoy's shape without a body.
Task<void> NoRoute(ClientStream& stream, const RouteChoice& route, std::string_view target);

// What the route, if there is one, adds to each answer, its own and the upstream's.
void AddResponseHeaders(const RouteChoice& route, http::Headers& headers);

// A status as gRPC clients read it: grpc-status, and grpc-message unless `message` is empty.
void AddGrpcStatus(int code, std::string_view message, http::Headers& headers);

}  // namespace minato::gateway

// Answers that the gateway gives by itself in preset envoy (Envoy: sendLocalReply).
#pragma once

#include <string_view>

#include "gateway/front/client_stream.h"
#include "gateway/upstream/route_choice.h"

namespace minato::gateway {

// `body` as text/plain unless a type is among the headers, none if empty; for a request that came as gRPC a trailers-only answer that says the same.
Task<void> LocalReply(ClientStream& stream, const RouteChoice& route, int status, std::string_view body,
                      http::Headers headers = {});

// Why a request is not served, in the shape of the route's errors. Envoy's is LocalReply with the error's message.
Task<void> LocalError(ClientStream& stream, const RouteChoice& route, Status error, http::Headers headers = {});

// No route matches `target`: 404, in Envoy's shape without a body.
Task<void> NoRoute(ClientStream& stream, const RouteChoice& route, std::string_view target);

// What the route and the levels above it change in an answer of its cluster, or of its own.
void MutateResponse(const RouteChoice& route, http::Headers& headers);

// The headers of an answer that a filter gives: what a route that goes to a cluster adds, then `own`.
http::Headers LocalHeaders(const RouteChoice& route, http::Headers own = {});

// A status as gRPC clients read it: grpc-status unless there is one, and grpc-message unless `message` is empty.
void AddGrpcStatus(int code, std::string_view message, http::Headers& headers);

}  // namespace minato::gateway

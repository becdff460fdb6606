// gRPC-Web for gRPC servers (extensions.filters.http.grpc_web.v3; grpc: doc/PROTOCOL-WEB.md).
#pragma once

#include "gateway/filters/http_filter.h"

namespace minato::gateway {

class GrpcWeb final : public HttpFilter {
 public:
  // `next` must outlive it.
  explicit GrpcWeb(HttpFilter& next) : next_(next) {}

  // application/grpc-web and application/grpc-web-text, with or without +proto, become application/grpc; the trailers
  // of the answer go behind its messages. Anything else passes through.
  Task<void> Serve(ClientStream& stream, RouteChoice& route) override;

 private:
  HttpFilter& next_;
};

}  // namespace minato::gateway

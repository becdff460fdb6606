// Headers of HTTP to what a gRPC call knows, and back.
#pragma once

#include <string>
#include <vector>

#include "gateway/upstream/http_call.h"
#include "gateway/upstream/upstream.h"

namespace minato::gateway {

// The headers of a call for `request`: its own as metadata, without those that belong to the client's hop or to gRPC.
// A deadline becomes grpc-timeout. Views into `request` and into itself.
class GrpcRequestHeaders {
 public:
  GrpcRequestHeaders(const RequestHead& request, absl::Duration timeout);
  GrpcRequestHeaders(const GrpcRequestHeaders&) = delete;
  GrpcRequestHeaders& operator=(const GrpcRequestHeaders&) = delete;

  const HeaderViews& views() const { return views_; }

 private:
  std::string timeout_;
  std::string kept_;  // lower names, binary values anew
  HeaderViews views_;
};

// Metadata among `headers`, binary values decoded; without content-type and what gRPC keeps for itself.
Fields MetadataOf(const http::Headers& headers);

bool IsGrpc(const http::Headers& head);  // content-type: application/grpc…
// How a call ended whose trailers (or head, if there is nothing else) are these.
CallEnd EndOf(const http::Headers& trailers);
// How a call ended whose answer was no gRPC, or had no grpc-status.
Status StatusOfHttp(int http_status, std::string_view content_type);

}  // namespace minato::gateway

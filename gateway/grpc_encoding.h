// How the messages of a gRPC call are compressed (grpc: doc/compression.md).
#pragma once

#include <string>
#include <string_view>

#include "runtime/status.h"

namespace minato::gateway {

// What we read: the value of grpc-accept-encoding.
inline constexpr std::string_view kGrpcAcceptEncoding = "identity,deflate,gzip";

class GrpcEncoding {
 public:
  GrpcEncoding() = default;
  // `name` is the head's grpc-encoding; empty: there is none.
  explicit GrpcEncoding(std::string_view name) : name_(name.empty() ? "identity" : name) {}

  // Replaces `message` by what `bytes` are, the message of a frame whose flag says that it is compressed.
  // RESOURCE_EXHAUSTED beyond `bytes_max`, UNIMPLEMENTED for an encoding that we do not know, FAILED_PRECONDITION where
  // none was said, INVALID_ARGUMENT for bytes that are not of the encoding.
  Status Decompress(std::string_view bytes, size_t bytes_max, std::string& message) const;

  const std::string& name() const { return name_; }

 private:
  std::string name_ = "identity";
};

}  // namespace minato::gateway

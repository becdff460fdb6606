// The messages of an answer, out of their frames and decompressed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/grpc_encoding.h"
#include "runtime/status.h"

namespace minato::gateway {

// Takes a body in any pieces.
class GrpcFrameReader {
 public:
  explicit GrpcFrameReader(size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  // As the head's grpc-encoding says; before the first piece.
  void set_encoding(std::string_view encoding) { encoding_ = GrpcEncoding(encoding); }

  // The bytes of `piece` are kept until Next has used them.
  void Feed(std::string_view piece);
  // Whether `message` was replaced by the next one. An error for a frame that is none, a message beyond the bound
  // (RESOURCE_EXHAUSTED; also when it grows beyond it by decompression) and an encoding that we do not read (HTTP 502).
  StatusOr<bool> Next(std::string& message);
  // Whether everything fed was used: a body may end here.
  bool empty() const { return begin_ == held_.size(); }

 private:
  Status Decompress(std::string_view bytes, std::string& message) const;

  const size_t message_bytes_max_;
  GrpcEncoding encoding_;
  std::string held_;
  size_t begin_ = 0;
};

}  // namespace minato::gateway

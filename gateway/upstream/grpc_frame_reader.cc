#include "gateway/upstream/grpc_frame_reader.h"

#include "gateway/grpc_wire.h"
#include "gateway/http_status.h"

namespace minato::gateway {

void GrpcFrameReader::Feed(std::string_view piece) {
  held_.erase(0, begin_);
  begin_ = 0;
  held_.append(piece);
}

StatusOr<bool> GrpcFrameReader::Next(std::string& message) {
  const std::string_view rest = std::string_view(held_).substr(begin_);
  if (rest.size() < kGrpcFrameHeadBytes) return false;
  const uint8_t flag = static_cast<uint8_t>(rest.front());
  const size_t size = GrpcMessageBytes(rest);
  if (flag > 1) return Internal("the upstream's frame has an unknown flag {}", flag);
  if (size > message_bytes_max_) {
    return ResourceExhausted("a message of the upstream has {} bytes, more than {} (reply_bytes_max)", size,
                             message_bytes_max_);
  }
  if (rest.size() < kGrpcFrameHeadBytes + size) return false;
  const std::string_view bytes = rest.substr(kGrpcFrameHeadBytes, size);
  begin_ += kGrpcFrameHeadBytes + size;
  if (flag == 0) {
    message = bytes;
    return true;
  }
  TRY(Decompress(bytes, message));
  return true;
}

Status GrpcFrameReader::Decompress(std::string_view bytes, std::string& message) const {
  const Status decompressed = encoding_.Decompress(bytes, message_bytes_max_, message);
  switch (decompressed.code()) {
    case StatusCode::kOk: return OkStatus();
    case StatusCode::kResourceExhausted:
      return ResourceExhausted("a message of the upstream has more than {} bytes decompressed (reply_bytes_max)",
                               message_bytes_max_);
    case StatusCode::kFailedPrecondition: return Internal("the upstream compressed a message without an encoding");
    case StatusCode::kUnimplemented:
      return WithHttpStatus(Internal("the upstream's encoding {} is not known", encoding_.name()), 502);
    default: return Internal("a message of the upstream {}", MessageOf(decompressed));
  }
}

}  // namespace minato::gateway

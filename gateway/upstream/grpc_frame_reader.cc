#include "gateway/upstream/grpc_frame_reader.h"

#include <zlib.h>

#include "gateway/grpc_wire.h"

namespace minato::gateway {

void GrpcFrameReader::set_encoding(std::string_view encoding) {
  encoding_name_ = encoding;
  encoding_ = encoding.empty() || encoding == "identity"        ? Encoding::kIdentity
              : encoding == "gzip" || encoding == "deflate" ? Encoding::kZlib
                                                            : Encoding::kUnknown;
}

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
  if (encoding_ == Encoding::kIdentity) return Internal("the upstream compressed a message without an encoding");
  if (encoding_ == Encoding::kUnknown) return Internal("the upstream's encoding {} is not known", encoding_name_);
  TRY(Decompress(bytes, message));
  return true;
}

Status GrpcFrameReader::Decompress(std::string_view bytes, std::string& message) const {
  constexpr int kGzipOrZlib = 15 + 32;
  constexpr size_t kStepBytes = 16 << 10;
  z_stream stream{};
  if (inflateInit2(&stream, kGzipOrZlib) != Z_OK) return Internal("zlib does not start");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  message.clear();
  int result = Z_OK;
  while (result == Z_OK && message.size() <= message_bytes_max_) {
    const size_t size = message.size();
    message.resize(size + kStepBytes);
    stream.next_out = reinterpret_cast<Bytef*>(message.data() + size);
    stream.avail_out = kStepBytes;
    result = inflate(&stream, Z_NO_FLUSH);
    message.resize(size + kStepBytes - stream.avail_out);
  }
  const bool whole = result == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (message.size() > message_bytes_max_) {
    return ResourceExhausted("a message of the upstream has more than {} bytes decompressed (reply_bytes_max)",
                             message_bytes_max_);
  }
  return whole ? OkStatus() : Internal("a message of the upstream is no {}", encoding_name_);
}

}  // namespace minato::gateway

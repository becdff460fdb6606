#include "gateway/upstream/grpc_frames.h"

#include <algorithm>

#include <zlib.h>

namespace minato::gateway {
namespace {

constexpr size_t kHeadBytes = 5;

}  // namespace

std::string GrpcFrameHead(size_t message_bytes) {
  std::string head(kHeadBytes, '\0');
  for (size_t i = 1; i < kHeadBytes; ++i) head[i] = static_cast<char>(message_bytes >> (8 * (kHeadBytes - 1 - i)));
  return head;
}

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
  if (rest.size() < kHeadBytes) return false;
  const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(rest[i])); };
  const size_t size = byte(1) << 24 | byte(2) << 16 | byte(3) << 8 | byte(4);
  if (byte(0) > 1) return Internal("the upstream's frame has an unknown flag {}", byte(0));
  if (size > message_bytes_max_) {
    return ResourceExhausted("a message of the upstream has {} bytes, more than {} (reply_bytes_max)", size,
                             message_bytes_max_);
  }
  if (rest.size() < kHeadBytes + size) return false;
  const std::string_view bytes = rest.substr(kHeadBytes, size);
  begin_ += kHeadBytes + size;
  if (byte(0) == 0) {
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

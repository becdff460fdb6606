#include "server/rpc/message_bytes.h"

#include <cstring>
#include <limits>

#include <grpcpp/support/proto_buffer_reader.h>

#include "http/content_coding.h"

namespace minato::rpc {
namespace {

// The C++ wrapper does not say whether a buffer is compressed; its header asserts that it is one pointer.
const grpc_byte_buffer& Raw(const grpc::ByteBuffer& bytes) {
  static_assert(sizeof(grpc::ByteBuffer) == sizeof(grpc_byte_buffer*));
  const grpc_byte_buffer* raw;
  std::memcpy(&raw, &bytes, sizeof(raw));
  return *raw;
}

Status TooLong(size_t bytes_max) {
  return ResourceExhausted("the message is longer than the {} bytes that this server takes", bytes_max);
}

Status ParseFlat(std::string_view flat, google::protobuf::MessageLite& message) {
  if (message.ParseFromArray(flat.data(), static_cast<int>(flat.size()))) return OkStatus();
  return InvalidArgument("the message is no valid {}", message.GetTypeName());
}

Status ParseCompressed(const grpc::ByteBuffer& bytes, size_t bytes_max,
                       google::protobuf::MessageLite& message) {
  grpc::Slice slice;
  if (!bytes.DumpToSingleSlice(&slice).ok()) return Internal("a message cannot be read");
  const auto coding = Raw(bytes).data.raw.compression == GRPC_COMPRESS_GZIP ? http::ContentCoding::kGzip
                                                                            : http::ContentCoding::kDeflate;
  std::string flat;
  const Status decoded = http::DecodeWhole(
      coding, {reinterpret_cast<const char*>(slice.begin()), slice.size()}, bytes_max, flat);
  if (decoded.ok()) return ParseFlat(flat, message);
  if (decoded.code() != StatusCode::kResourceExhausted) {
    return InvalidArgument("the compressed message {}", MessageOf(decoded));
  }
  return ResourceExhausted("the message unpacks to more than the {} bytes that this server takes", bytes_max);
}

}  // namespace

StatusOr<grpc::ByteBuffer> Serialize(const google::protobuf::MessageLite& message) {
  const size_t size = message.ByteSizeLong();
  if (size > std::numeric_limits<int32_t>::max()) {
    return Internal("a {} of {} bytes is too long to send", message.GetTypeName(), size);
  }
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

Status Parse(grpc::ByteBuffer& bytes, size_t bytes_max, google::protobuf::MessageLite& message) {
  if (bytes.Length() > bytes_max) [[unlikely]] return TooLong(bytes_max);
  if (Raw(bytes).data.raw.compression != GRPC_COMPRESS_NONE) [[unlikely]] {
    return ParseCompressed(bytes, bytes_max, message);
  }
  grpc::Slice slice;
  if (bytes.TrySingleSlice(&slice).ok()) {
    return ParseFlat({reinterpret_cast<const char*>(slice.begin()), slice.size()}, message);
  }
  grpc::ProtoBufferReader reader(&bytes);
  if (reader.status().ok() && message.ParseFromZeroCopyStream(&reader)) return OkStatus();
  return InvalidArgument("the message is no valid {}", message.GetTypeName());
}

}  // namespace minato::rpc

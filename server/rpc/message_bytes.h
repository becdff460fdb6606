// Messages as gRPC carries them.
#pragma once

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include "runtime/status.h"

namespace minato::rpc {

// INTERNAL for a message that no frame can carry.
StatusOr<grpc::ByteBuffer> Serialize(const google::protobuf::MessageLite& message);

// RESOURCE_EXHAUSTED beyond `bytes_max`, before and after decompression; INVALID_ARGUMENT for bytes that are
// no such message.
Status Parse(grpc::ByteBuffer& bytes, size_t bytes_max, google::protobuf::MessageLite& message);

}  // namespace minato::rpc

#include "gateway/grpc_wire.h"

namespace minato::gateway {
namespace {

void WriteHead(char* head, size_t message_bytes, uint8_t flag) {
  head[0] = static_cast<char>(flag);
  for (size_t i = 1; i < kGrpcFrameHeadBytes; ++i) head[i] = static_cast<char>(message_bytes >> (8 * (4 - i)));
}

}  // namespace

bool IsGrpcContentType(std::string_view content_type) {
  constexpr std::string_view kGrpc = "application/grpc";
  return content_type.starts_with(kGrpc) && (content_type.size() == kGrpc.size() || content_type[kGrpc.size()] == '+');
}

std::string GrpcFrameHead(size_t message_bytes, uint8_t flag) {
  std::string head(kGrpcFrameHeadBytes, '\0');
  WriteHead(head.data(), message_bytes, flag);
  return head;
}

void CloseGrpcFrame(std::string& frame, size_t begin) {
  WriteHead(frame.data() + begin, frame.size() - begin - kGrpcFrameHeadBytes, 0);
}

uint32_t GrpcMessageBytes(std::string_view head) {
  uint32_t bytes = 0;
  for (const char c : head.substr(1, kGrpcFrameHeadBytes - 1)) bytes = bytes << 8 | static_cast<uint8_t>(c);
  return bytes;
}

}  // namespace minato::gateway

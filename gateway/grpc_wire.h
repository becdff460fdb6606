// What gRPC looks like on HTTP/2 (grpc: doc/PROTOCOL-HTTP2.md): its content type, and the head of a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace minato::gateway {

// application/grpc or application/grpc+…, in this case of letters only; application/grpc-web is not.
bool IsGrpcContentType(std::string_view content_type);

inline constexpr size_t kGrpcFrameHeadBytes = 5;  // a flag, and the length of the message

std::string GrpcFrameHead(size_t message_bytes, uint8_t flag = 0);
// Fills the head in at `begin` of `frame`, which ends with its message.
void CloseGrpcFrame(std::string& frame, size_t begin = 0);
// The length that a head tells of; it is all there.
uint32_t GrpcMessageBytes(std::string_view head);

}  // namespace minato::gateway

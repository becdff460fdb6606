#include "gateway/filters/transcoder/grpc_frames.h"

#include <algorithm>

namespace minato::gateway {
namespace {

uint32_t LengthOf(std::string_view header) {
  uint32_t length = 0;
  for (const char c : header.substr(1, kGrpcFrameHeaderBytes - 1)) length = length << 8 | static_cast<uint8_t>(c);
  return length;
}

}  // namespace

void CloseGrpcFrame(std::string& frame, size_t begin) {
  const size_t length = frame.size() - begin - kGrpcFrameHeaderBytes;
  char* const header = frame.data() + begin;
  header[0] = 0;
  for (size_t i = 1; i < kGrpcFrameHeaderBytes; ++i) header[i] = static_cast<char>(length >> (8 * (4 - i)));
}

void AppendGrpcFrame(std::string& out, std::string_view message) {
  const size_t begin = out.size();
  out.append(kGrpcFrameHeaderBytes, '\0');
  out.append(message);
  CloseGrpcFrame(out, begin);
}

bool GrpcFrames::Hold(std::string_view& input, size_t size) {
  const size_t taken = std::min(size - std::min(size, held_.size()), input.size());
  held_.append(input.substr(0, taken));
  input.remove_prefix(taken);
  return held_.size() >= size;
}

GrpcFrames::Event GrpcFrames::Next(std::string_view& input) {
  if (delivered_) {
    held_.clear();
    delivered_ = false;
  }
  if (held_.empty() && input.size() >= kGrpcFrameHeaderBytes) {
    flag_ = static_cast<uint8_t>(input.front());
    if (flag_ != 0 && flags_ == Flags::kChecked) return Event::kError;
    const size_t length = LengthOf(input);
    if (input.size() - kGrpcFrameHeaderBytes >= length) {
      message_ = input.substr(kGrpcFrameHeaderBytes, length);
      input.remove_prefix(kGrpcFrameHeaderBytes + length);
      return Event::kMessage;
    }
  }
  if (!Hold(input, kGrpcFrameHeaderBytes)) return Event::kMore;
  flag_ = static_cast<uint8_t>(held_.front());
  if (flag_ != 0 && flags_ == Flags::kChecked) return Event::kError;
  if (!Hold(input, kGrpcFrameHeaderBytes + LengthOf(held_))) return Event::kMore;
  message_ = std::string_view(held_).substr(kGrpcFrameHeaderBytes);
  delivered_ = true;
  return Event::kMessage;
}

Status GrpcFrames::End() const {
  if (held_bytes() == 0) return OkStatus();
  if (held_.size() < kGrpcFrameHeaderBytes) return Internal("Incomplete gRPC frame header received");
  return Internal("Incomplete gRPC frame expected size: {} actual size: {}", LengthOf(held_),
                  held_.size() - kGrpcFrameHeaderBytes);
}

}  // namespace minato::gateway

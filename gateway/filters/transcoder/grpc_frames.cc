#include "gateway/filters/transcoder/grpc_frames.h"

#include <algorithm>

#include "gateway/grpc_wire.h"

namespace minato::gateway {

void AppendGrpcFrame(std::string& out, std::string_view message) {
  const size_t begin = out.size();
  out.append(kGrpcFrameHeadBytes, '\0');
  out.append(message);
  CloseGrpcFrame(out, begin);
}

bool GrpcFrames::TakesFlag() const {
  switch (flags_) {
    case Flags::kChecked: return flag_ == 0;
    case Flags::kMayBeCompressed:
    case Flags::kAtOnce: return flag_ <= 1;
  }
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
  if (held_.empty() && input.size() >= kGrpcFrameHeadBytes) {
    flag_ = static_cast<uint8_t>(input.front());
    if (!TakesFlag()) return Event::kError;
    const size_t length = GrpcMessageBytes(input);
    if (input.size() - kGrpcFrameHeadBytes >= length) {
      message_ = input.substr(kGrpcFrameHeadBytes, length);
      input.remove_prefix(kGrpcFrameHeadBytes + length);
      return Event::kMessage;
    }
  }
  const bool has_head = Hold(input, kGrpcFrameHeadBytes);
  if (!has_head && (held_.empty() || flags_ != Flags::kAtOnce)) return Event::kMore;
  flag_ = static_cast<uint8_t>(held_.front());
  if (!TakesFlag()) return Event::kError;
  if (!has_head) return Event::kMore;
  if (!Hold(input, kGrpcFrameHeadBytes + GrpcMessageBytes(held_))) return Event::kMore;
  message_ = std::string_view(held_).substr(kGrpcFrameHeadBytes);
  delivered_ = true;
  return Event::kMessage;
}

Status GrpcFrames::End() const {
  if (held_bytes() == 0) return OkStatus();
  if (held_.size() < kGrpcFrameHeadBytes) return Internal("Incomplete gRPC frame header received");
  return Internal("Incomplete gRPC frame expected size: {} actual size: {}", GrpcMessageBytes(held_),
                  held_.size() - kGrpcFrameHeadBytes);
}

}  // namespace minato::gateway

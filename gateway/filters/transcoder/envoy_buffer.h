#pragma once

#include <algorithm>
#include <cstddef>

#include "gateway/grpc_wire.h"

namespace minato::gateway {

// How much of a gRPC body Envoy's buffer would hold, which its limits are about. The buffer is a chain of slices of
// memory: a small DATA frame is copied behind the one before it, any other is a slice of its own. What was read of a
// slice is let go when the next read begins, so that a message, or what the last slice has of it, stays until then.
class EnvoyBuffer {
 public:
  void Add(size_t frame) {
    if (held_ > 0 && frame < kCopiedBelow && room_ >= frame) {
      slice_ += frame;
      room_ -= frame;
    } else {
      slice_ = frame;
      room_ = (kSliceBytes - frame % kSliceBytes) % kSliceBytes;
    }
    held_ += frame;
  }
  // A message was read; `rest` bytes came behind it.
  void ReadMessage(size_t bytes, size_t rest) {
    held_ = std::min(bytes == 0 ? kGrpcFrameHeadBytes : bytes, slice_ - rest) + rest;
  }
  // Of a message that is not whole `bytes` are there. Those of its head are read when all five are.
  void WaitFor(size_t bytes) {
    if (bytes >= kGrpcFrameHeadBytes) held_ = bytes;
  }

  size_t held_bytes() const { return held_; }

 private:
  static constexpr size_t kCopiedBelow = 512;
  static constexpr size_t kSliceBytes = 4096;  // or a multiple of it

  size_t held_ = 0;
  size_t slice_ = 0;  // in the last one, with what was let go
  size_t room_ = 0;   // behind that
};

}  // namespace minato::gateway

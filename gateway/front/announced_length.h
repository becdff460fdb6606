#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/status.h"

namespace minato::gateway {

// What is left of an answer whose head announced its length. Without an announcement every length is right.
class AnnouncedLength {
 public:
  void Announce(std::optional<uint64_t> bytes) { left_ = bytes; }
  bool announced() const { return left_.has_value(); }

  // INTERNAL, here and at the end: the answer has another length, and is to be cut.
  Status Take(size_t bytes) {
    if (!left_.has_value()) return OkStatus();
    if (bytes > *left_) return Internal("the answer is longer than its content-length");
    *left_ -= bytes;
    return OkStatus();
  }
  Status AtEnd() const {
    if (left_.value_or(0) == 0) return OkStatus();
    return Internal("the answer ends {} bytes before its content-length", *left_);
  }

 private:
  std::optional<uint64_t> left_;
};

}  // namespace minato::gateway

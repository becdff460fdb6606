#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <absl/container/inlined_vector.h>

namespace minato::http {

// The body of a message as DATA frames: Envoy's filters see each of them when it is whole, and not with others.
class DataFrames {
 public:
  void Append(std::string_view piece) { arrived_.append(piece); }
  // What was appended since the last one is a frame; nothing is none.
  void EndFrame() {
    if (arrived_.size() > whole_bytes()) ends_.push_back(arrived_.size());
  }

  // Whether there is no whole frame.
  bool empty() const { return next_ == read_ends_.size() && ends_.empty(); }
  // The next one, until the call after it. There must be one.
  std::string_view Next() {
    if (next_ == read_ends_.size()) TakeArrived();
    const size_t begin = next_ == 0 ? 0 : read_ends_[next_ - 1];
    return std::string_view(read_).substr(begin, read_ends_[next_++] - begin);
  }
  // Forgets all that Next has not given.
  void Drop() {
    arrived_.clear();
    ends_.clear();
    next_ = read_ends_.size();
  }
  // For another body. Memory stays, but not more than that of each of the two buffers.
  void Clear(size_t kept_bytes_max) {
    Drop();
    for (std::string* const buffer : {&arrived_, &read_}) {
      buffer->clear();
      if (buffer->capacity() > kept_bytes_max) *buffer = std::string();
    }
    read_ends_.clear();
    next_ = 0;
  }
  // Of those that Next has not given, and of the frame that is not whole.
  size_t bytes() const { return arrived_.size() + read_.size() - (next_ == 0 ? 0 : read_ends_[next_ - 1]); }

 private:
  using Ends = absl::InlinedVector<size_t, 2>;

  size_t whole_bytes() const { return ends_.empty() ? 0 : ends_.back(); }
  void TakeArrived() {
    const std::string_view begun = std::string_view(arrived_).substr(whole_bytes());
    read_.assign(begun);
    arrived_.resize(whole_bytes());
    read_.swap(arrived_);
    read_ends_.swap(ends_);
    ends_.clear();
    next_ = 0;
  }

  std::string arrived_;
  Ends ends_;  // of whole frames in arrived_
  std::string read_;
  Ends read_ends_;   // likewise
  size_t next_ = 0;  // of read_ends_
};

}  // namespace minato::http

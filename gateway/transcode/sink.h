#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace minato::gateway {

// Appends to a std::string through a raw cursor: one comparison a write instead of a call.
// The string holds filler behind the cursor until Close(), which cuts it to what was written.
class Sink {
 public:
  // `expected_bytes`: a guess; growing doubles.
  Sink(std::string& out, size_t expected_bytes) : out_(out), start_(out.size()) { Resize(start_, expected_bytes); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  // At least `bytes` writable bytes. Valid until the next Need().
  char* Need(size_t bytes) {
    if (static_cast<size_t>(end_ - cursor_) < bytes) [[unlikely]] Grow(bytes);
    return cursor_;
  }
  void Wrote(char* end) { cursor_ = end; }

  void Append(std::string_view text) {
    std::memcpy(Need(text.size()), text.data(), text.size());
    cursor_ += text.size();
  }
  void Append(char c) {
    *Need(1) = c;
    ++cursor_;
  }

  // Offsets count from what the string held before.
  size_t size() const { return static_cast<size_t>(cursor_ - out_.data()) - start_; }
  char* at(size_t offset) { return out_.data() + start_ + offset; }
  void Truncate(size_t size) { cursor_ = at(size); }

  void Close() { out_.resize(start_ + size()); }

 private:
  [[gnu::noinline]] void Grow(size_t bytes) {
    size_t used = static_cast<size_t>(cursor_ - out_.data());
    Resize(used, std::max(bytes, used));
  }
  void Resize(size_t used, size_t more) {
    out_.resize(used + more);
    cursor_ = out_.data() + used;
    end_ = out_.data() + out_.size();
  }

  std::string& out_;
  size_t start_;
  char* cursor_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace minato::gateway

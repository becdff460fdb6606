#pragma once

#include <emmintrin.h>

#include <cstring>
#include <string>
#include <string_view>

namespace minato::gateway {

// Appends to a std::string through a raw cursor: one comparison a write instead of a call.
// The string holds filler behind the cursor until Close(), which cuts it to what was written.
class Sink {
 public:
  // Writable beyond what Need() was asked for, so that short copies may come in whole blocks.
  static constexpr size_t kSlack = 32;

  // `expected_bytes`: a guess; growing doubles.
  Sink(std::string& out, size_t expected_bytes) : out_(out), start_(out.size()) {
    Resize(start_, expected_bytes);
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  // At least `bytes` writable bytes. Valid until the next Need().
  char* Need(size_t bytes) {
    if (static_cast<size_t>(end_ - cursor_) < bytes) [[unlikely]]
      Grow(bytes);
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
  [[gnu::noinline]] void Grow(size_t bytes);
  void Resize(size_t used, size_t more);

  std::string& out_;
  size_t start_;
  char* cursor_ = nullptr;
  char* end_ = nullptr;
};

// Copies in blocks of 16: reads up to 15 bytes behind `text` and writes as many behind the copy.
// Returns its end.
inline char* CopyBlocks(char* w, const char* text, size_t size) {
  for (size_t i = 0; i < size; i += 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(w + i),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + i)));
  }
  return w + size;
}

}  // namespace minato::gateway

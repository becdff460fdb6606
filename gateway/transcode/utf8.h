#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace minato::gateway {

// Length of the well-formed sequence of two to four bytes at `p` (no overlong forms, surrogates or
// code points above U+10FFFF), 0 if there is none. `p` is before `end`, and *p is not ASCII.
inline size_t Utf8Sequence(const char* p, const char* end) {
  auto byte = [p](size_t i) { return static_cast<uint8_t>(p[i]); };
  auto follows = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const size_t left = static_cast<size_t>(end - p);
  const uint8_t lead = byte(0);
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return left >= 2 && follows(1) ? 2 : 0;
  if (lead < 0xF0) {
    if (left < 3 || !follows(1) || !follows(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    if (lead == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (lead > 0xF4 || left < 4 || !follows(1) || !follows(2) || !follows(3)) return 0;
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  if (lead == 0xF4 && byte(1) > 0x8F) return 0;
  return 4;
}

// Offset of the first byte that is not part of well-formed UTF-8, or text.size().
size_t Utf8Prefix(std::string_view text);

}  // namespace minato::gateway

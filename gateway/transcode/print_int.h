#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace minato::gateway {

// Writable bytes behind the number that printing may touch.
inline constexpr size_t kPrintIntSlack = 8;

// Eight decimal digits of value < 10^8, the first one in the lowest byte: two, four and eight
// numbers at a time.
inline uint64_t EightDigits(uint32_t value) {
  uint64_t halves = value / 10000 | static_cast<uint64_t>(value % 10000) << 32;
  uint64_t hundreds = ((halves * 10486) >> 20) & 0x0000007f0000007f;
  uint64_t pairs = hundreds | (halves - hundreds * 100) << 16;
  uint64_t tens = ((pairs * 103) >> 10) & 0x000f000f000f000f;
  return tens | (pairs - tens * 10) << 8;
}

// Print at `w` and return the end. Without branches on the number of digits below 10^8, which
// random numbers make dear.
inline char* PrintUint(char* w, uint64_t value) {
  constexpr uint64_t kZeros = 0x3030303030303030;
  constexpr uint64_t kEight = 100000000;
  auto leading = [](char* to, uint32_t part) {
    const uint64_t digits = EightDigits(part);
    const int skip = std::countr_zero(digits | uint64_t{1} << 56) & ~7;
    const uint64_t text = (digits | kZeros) >> skip;
    std::memcpy(to, &text, 8);
    return to + 8 - skip / 8;
  };
  auto eight = [](char* to, uint32_t part) {
    const uint64_t text = EightDigits(part) | kZeros;
    std::memcpy(to, &text, 8);
    return to + 8;
  };
  if (value < kEight) return leading(w, static_cast<uint32_t>(value));
  const uint64_t high = value / kEight;
  if (high < kEight) {
    w = leading(w, static_cast<uint32_t>(high));
  } else {
    w = leading(w, static_cast<uint32_t>(high / kEight));
    w = eight(w, static_cast<uint32_t>(high % kEight));
  }
  return eight(w, static_cast<uint32_t>(value % kEight));
}

inline char* PrintInt(char* w, int64_t value) {
  const bool negative = value < 0;
  *w = '-';
  return PrintUint(w + negative,
                   negative ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value));
}

}  // namespace minato::gateway

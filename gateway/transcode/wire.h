#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "gateway/transcode/schema.h"

namespace minato::gateway {

inline constexpr size_t kVarintBytesMax = 10;
inline constexpr size_t kTagBytesMax = sizeof(Tag::bytes);
inline constexpr size_t kLengthBytesMax = 5;

inline char* WriteVarint(char* w, uint64_t value) {
  while (value >= 0x80) {
    *w++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *w++ = static_cast<char>(value);
  return w;
}

constexpr size_t VarintSize(uint64_t value) {
  return static_cast<size_t>((std::bit_width(value | 1) + 6) / 7);
}

// Room for kTagBytesMax, whatever the tag's size.
inline char* WriteTag(char* w, const Tag& tag) {
  std::memcpy(w, tag.bytes, sizeof tag.bytes);
  return w + tag.size;
}

template <typename T>
char* WriteFixed(char* w, T value) {
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(w, &value, sizeof value);
  return w + sizeof value;
}

constexpr uint32_t ZigZag(int32_t value) {
  return static_cast<uint32_t>(value) << 1 ^ static_cast<uint32_t>(value >> 31);
}
constexpr uint64_t ZigZag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}
constexpr int32_t UnZigZag(uint32_t value) {
  return static_cast<int32_t>(value >> 1 ^ (0 - (value & 1)));
}
constexpr int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1 ^ (0 - (value & 1)));
}

// The end of the varint, nullptr if it is cut off or longer than ten bytes.
inline const char* ReadVarint(const char* p, const char* end, uint64_t& value) {
  if (p < end && static_cast<int8_t>(*p) >= 0) [[likely]] {
    value = static_cast<uint8_t>(*p);
    return p + 1;
  }
  uint64_t result = 0;
  for (int shift = 0; shift < 70 && p < end; shift += 7) {
    uint64_t byte = static_cast<uint8_t>(*p++);
    result |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      value = result;
      return p;
    }
  }
  return nullptr;
}

}  // namespace minato::gateway

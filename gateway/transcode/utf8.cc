#include "gateway/transcode/utf8.h"

#include <cstring>

namespace minato::gateway {

size_t Utf8Prefix(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    while (end - p >= 8) {
      uint64_t word;
      std::memcpy(&word, p, 8);
      if ((word & 0x8080808080808080u) != 0) break;
      p += 8;
    }
    while (p < end && static_cast<int8_t>(*p) >= 0) ++p;
    while (p < end && static_cast<int8_t>(*p) < 0) {
      size_t length = Utf8Sequence(p, end);
      if (length == 0) return static_cast<size_t>(p - text.data());
      p += length;
    }
  }
  return text.size();
}

}  // namespace minato::gateway

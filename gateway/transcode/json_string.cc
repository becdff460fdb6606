#include "gateway/transcode/json_string.h"

#include <emmintrin.h>

#include <array>
#include <bit>
#include <cstdint>

#include "gateway/transcode/utf8.h"

namespace minato::gateway {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr size_t kBlock = 16;
// Room is made for this much input at a time, so that a large string of plain text does not ask for six times its size.
constexpr size_t kPieceBytes = 4096;
constexpr size_t kEscapeGrowth = 6;  // One byte becomes six at most.

// For ASCII: 0 = as it is, 'u' = \u00xx, else the letter after the backslash.
constexpr std::array<char, 128> kEscapes = [] {
  std::array<char, 128> escapes{};
  for (int c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes['\f'] = 'f';
  escapes['\b'] = 'b';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  escapes['<'] = 'u';
  escapes['>'] = 'u';
  escapes[0x7f] = 'u';
  return escapes;
}();

// Lead bytes of sequences of which some are escaped.
constexpr std::array<bool, 256> kSuspectLead = [] {
  std::array<bool, 256> suspect{};
  for (int lead : {0xC2, 0xD8, 0xDB, 0xDC, 0xE1, 0xE2, 0xEF, 0xF0, 0xF3}) suspect[lead] = true;
  return suspect;
}();

bool EscapedCodePoint(uint32_t c) {
  if (c < 0x7f) return c < 0x20 || c == '<' || c == '>';
  if (c < 0x0600) return c <= 0x9f || c == 0xad;
  if (c < 0x2000) return c <= 0x0603 || c == 0x06dd || c == 0x070f || c == 0x17b4 || c == 0x17b5;
  if (c < 0x2070) {
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2064) || c >= 0x206a;
  }
  return c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0x1d173 && c <= 0x1d17a) || c == 0xe0001 ||
         (c >= 0xe0020 && c <= 0xe007f);
}

uint32_t Decode(const char* p, size_t length) {
  uint32_t c = static_cast<uint8_t>(*p) & (0xff >> (length + 1));
  for (size_t i = 1; i < length; ++i) c = c << 6 | (static_cast<uint8_t>(p[i]) & 0x3f);
  return c;
}

char* WriteUnit(char* w, uint32_t unit) {
  *w++ = '\\';
  *w++ = 'u';
  for (int shift = 12; shift >= 0; shift -= 4) *w++ = kHex[unit >> shift & 0xf];
  return w;
}

char* WriteEscape(char* w, uint32_t c) {
  if (c < 0x10000) return WriteUnit(w, c);
  c -= 0x10000;
  return WriteUnit(WriteUnit(w, 0xd800 + (c >> 10)), 0xdc00 + (c & 0x3ff));
}

// Steps over what the printer of libprotobuf takes for one character when it is none: the lead byte and as many of
// its announced followers as there are, up to and with the first that is no follower. Overlong forms and surrogates
// pass as they are there.
const char* WriteLoosely(const char* p, const char* end, char*& w) {
  const char* start = p;
  int ones = std::countl_one(static_cast<uint8_t>(*p++));
  bool good = ones >= 2 && ones <= 4;
  for (int i = 1; good && i < ones; ++i) {
    if (p == end) {
      good = false;
    } else if ((static_cast<uint8_t>(*p++) & 0xC0) != 0x80) {
      good = false;
    }
  }
  uint32_t c = good ? Decode(start, static_cast<size_t>(ones)) : 0;
  if (!good || c > 0x10ffff) {
    *w++ = ' ';
  } else if (EscapedCodePoint(c)) {
    w = WriteEscape(w, c);
  } else {
    w = std::copy(start, p, w);
  }
  return p;
}

// A mask of the bytes that need a look: controls, DEL, '"', '\\', '<', '>' and everything above ASCII.
uint32_t Specials(__m128i block) {
  // Signed comparison: bytes above ASCII are negative, so below a space.
  __m128i special = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
  for (char c : {'"', '\\', '<', '>', '\x7f'}) special = _mm_or_si128(special, _mm_cmpeq_epi8(block, _mm_set1_epi8(c)));
  return static_cast<uint32_t>(_mm_movemask_epi8(special));
}

}  // namespace

bool AppendJsonString(Sink& sink, std::string_view text, BadUtf8 bad_utf8) {
  const char* p = text.data();
  const char* const end = p + text.size();
  char* w = sink.Need(std::min(text.size(), kPieceBytes) * kEscapeGrowth + kBlock + 2);
  *w++ = '"';
  while (p < end) {
    const char* const piece_end = end - p > static_cast<ptrdiff_t>(kPieceBytes) ? p + kPieceBytes : end;
    sink.Wrote(w);
    w = sink.Need((static_cast<size_t>(piece_end - p) + 4) * kEscapeGrowth + kBlock + 2);
    while (p < piece_end) {
      while (end - p >= static_cast<ptrdiff_t>(kBlock) && p < piece_end) {
        __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        uint32_t specials = Specials(block);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(w), block);
        size_t plain = specials == 0 ? kBlock : static_cast<size_t>(std::countr_zero(specials));
        p += plain;
        w += plain;
        if (specials != 0) break;
      }
      if (p >= piece_end) break;
      // One special character, or a run of them, or the tail of the text.
      do {
        const uint8_t c = static_cast<uint8_t>(*p);
        if (c < 0x80) {
          const char escape = kEscapes[c];
          if (escape == 0) {
            *w++ = static_cast<char>(c);
            ++p;
            if (end - p >= static_cast<ptrdiff_t>(kBlock)) break;
            continue;
          }
          if (escape == 'u') {
            w = WriteUnit(w, c);
          } else {
            *w++ = '\\';
            *w++ = escape;
          }
          ++p;
          continue;
        }
        const size_t length = Utf8Sequence(p, end);
        if (length == 0) [[unlikely]] {
          if (bad_utf8 == BadUtf8::kRefuse) return false;
          p = WriteLoosely(p, end, w);
          continue;
        }
        if (kSuspectLead[c]) [[unlikely]] {
          const uint32_t code_point = Decode(p, length);
          if (EscapedCodePoint(code_point)) {
            w = WriteEscape(w, code_point);
            p += length;
            continue;
          }
        }
        for (size_t i = 0; i < length; ++i) *w++ = *p++;
      } while (p < piece_end);
    }
  }
  *w++ = '"';
  sink.Wrote(w);
  return true;
}

std::string QuoteJson(std::string_view text) {
  std::string quoted;
  Sink sink(quoted, text.size() + 2);
  if (!AppendJsonString(sink, text, BadUtf8::kSpace)) return "\"\"";
  sink.Close();
  return quoted;
}

}  // namespace minato::gateway

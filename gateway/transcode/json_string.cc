#include "gateway/transcode/json_string.h"

#include <tmmintrin.h>

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "gateway/transcode/utf8.h"

namespace minato::gateway {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr size_t kBlock = 16;
// Room is made for this much input at a time, so that a large string of plain text does not ask for
// six times its size.
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
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x2064) || c >= 0x206a;
  }
  return c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0x1d173 && c <= 0x1d17a) ||
         c == 0xe0001 || (c >= 0xe0020 && c <= 0xe007f);
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

// Steps over what the printer of libprotobuf takes for one character when it is none: the lead byte
// and as many of its announced followers as there are, up to and with the first that is no
// follower. Overlong forms and surrogates pass as they are there (kAsEnvoy).
const char* WriteLoosely(const char* p, const char* end, char*& w, BadUtf8 bad_utf8) {
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
  if (!good || c > 0x10ffff || bad_utf8 == BadUtf8::kSpace) {
    *w++ = ' ';
  } else if (EscapedCodePoint(c)) {
    w = WriteEscape(w, c);
  } else {
    w = std::copy(start, p, w);
  }
  return p;
}

// A mask of the bytes that may need an escape: controls, DEL, '"', '\\', '<', '>' and everything
// beyond ASCII.
struct AsciiSpecials {
  static uint32_t Specials(__m128i block) {
    // Signed comparison: bytes beyond ASCII are negative, so below a space.
    __m128i special = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
    for (char c : {'"', '\\', '<', '>', '\x7f'})
      special = _mm_or_si128(special, _mm_cmpeq_epi8(block, _mm_set1_epi8(c)));
    return static_cast<uint32_t>(_mm_movemask_epi8(special));
  }
};

// The same, but beyond ASCII only the lead bytes of sequences of which some are escaped: for text
// known to be UTF-8. A byte is looked up by its two halves, the tables share a bit if it is one of
// these.
struct SuspectLeads {
  [[gnu::target("ssse3")]] static uint32_t Specials(__m128i block) {
    constexpr char kC = 1, kD = 2, kE = 4, kF = 8, kControl = 16, kQuote = 32, kSlash = 64,
                   kAngle = static_cast<char>(128);
    const __m128i high = _mm_setr_epi8(kControl, kControl, kQuote, kAngle, 0, kSlash, 0, 0, 0, 0, 0,
                                       0, kC, kD, kE, kF);
    const __m128i low =
        _mm_setr_epi8(kControl | kF, kControl | kE, kControl | kQuote | kC | kE, kControl | kF,
                      kControl, kControl, kControl, kControl, kControl | kD, kControl, kControl,
                      kControl | kD, static_cast<char>(kControl | kSlash | kD | kAngle), kControl,
                      static_cast<char>(kControl | kAngle), kControl | kE);
    const __m128i half = _mm_set1_epi8(0x0f);
    __m128i classes =
        _mm_and_si128(_mm_shuffle_epi8(high, _mm_and_si128(_mm_srli_epi16(block, 4), half)),
                      _mm_shuffle_epi8(low, _mm_and_si128(block, half)));
    __m128i plain = _mm_andnot_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(0x7f)),
                                     _mm_cmpeq_epi8(classes, _mm_setzero_si128()));
    return ~static_cast<uint32_t>(_mm_movemask_epi8(plain)) & 0xffff;
  }
};

const bool kHasShuffle = __builtin_cpu_supports("ssse3");

// Up to 15 bytes, zeros behind them.
__m128i LoadShort(const char* p, size_t size) {
  uint64_t low = 0;
  uint64_t high = 0;
  if (size >= 8) {
    std::memcpy(&low, p, 8);
    if (size > 8) {
      std::memcpy(&high, p + size - 8, 8);
      high >>= 8 * (16 - size);
    }
  } else if (size >= 4) {
    uint32_t first, last;
    std::memcpy(&first, p, 4);
    std::memcpy(&last, p + size - 4, 4);
    low = first | static_cast<uint64_t>(last) << (8 * (size - 4));
  } else if (size > 0) {
    low = static_cast<uint8_t>(p[0]) |
          static_cast<uint64_t>(static_cast<uint8_t>(p[size / 2])) << (8 * (size / 2)) |
          static_cast<uint64_t>(static_cast<uint8_t>(p[size - 1])) << (8 * (size - 1));
  }
  return _mm_set_epi64x(static_cast<int64_t>(high), static_cast<int64_t>(low));
}

// Escapes what stands at p and returns the end of it; nullptr if it is not UTF-8 and that is
// refused.
const char* EscapeOne(const char* p, const char* end, char*& w, BadUtf8 bad_utf8) {
  const uint8_t c = static_cast<uint8_t>(*p);
  if (c < 0x80) {
    const char escape = kEscapes[c];
    if (escape == 0) {
      *w++ = static_cast<char>(c);
    } else if (escape == 'u') {
      w = WriteUnit(w, c);
    } else {
      *w++ = '\\';
      *w++ = escape;
    }
    return p + 1;
  }
  const size_t length = Utf8Sequence(p, end);
  if (length == 0) [[unlikely]]
    return bad_utf8 == BadUtf8::kRefuse ? nullptr : WriteLoosely(p, end, w, bad_utf8);
  if (kSuspectLead[c]) {
    const uint32_t code_point = Decode(p, length);
    if (EscapedCodePoint(code_point)) {
      w = WriteEscape(w, code_point);
      return p + length;
    }
  }
  for (size_t i = 0; i < length; ++i) *w++ = *p++;
  return p;
}

enum class Until { kEnd, kBeyondAscii };

// How many bytes were taken: all, or up to the first that is not UTF-8, or with kBeyondAscii not
// ASCII.
template <typename Classes, Until until>
[[gnu::target("ssse3")]] size_t AppendPieces(Sink& sink, std::string_view text, BadUtf8 bad_utf8) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    const char* const piece_end =
        end - p > static_cast<ptrdiff_t>(kPieceBytes) ? p + kPieceBytes : end;
    char* w = sink.Need((static_cast<size_t>(piece_end - p) + 4) * kEscapeGrowth + kBlock + 2);
    while (p < piece_end) {
      const size_t left = static_cast<size_t>(end - p);
      const size_t size = left < kBlock ? left : kBlock;
      __m128i block =
          left < kBlock ? LoadShort(p, left) : _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      uint32_t specials = Classes::Specials(block) & ((1u << size) - 1);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(w), block);
      if (specials == 0) {
        p += size;
        w += size;
        continue;
      }
      const int plain = std::countr_zero(specials);
      w += plain;
      p += plain;
      if (until == Until::kBeyondAscii && static_cast<int8_t>(*p) < 0) {
        sink.Wrote(w);
        return static_cast<size_t>(p - text.data());
      }
      const char* behind = EscapeOne(p, end, w, bad_utf8);
      if (behind == nullptr) {
        sink.Wrote(w);
        return static_cast<size_t>(p - text.data());
      }
      p = behind;
    }
    sink.Wrote(w);
  }
  return text.size();
}

// No more than 16 bytes of plain ASCII: most strings.
bool AppendShortPlain(Sink& sink, std::string_view text) {
  if (text.size() >= kBlock) return false;
  const __m128i block = LoadShort(text.data(), text.size());
  if ((AsciiSpecials::Specials(block) & ((1u << text.size()) - 1)) != 0) return false;
  char* w = sink.Need(kBlock + 2);
  *w++ = '"';
  _mm_storeu_si128(reinterpret_cast<__m128i*>(w), block);
  w += text.size();
  *w++ = '"';
  sink.Wrote(w);
  return true;
}

}  // namespace

bool AppendJsonString(Sink& sink, std::string_view text, BadUtf8 bad_utf8) {
  if (AppendShortPlain(sink, text)) return true;
  sink.Append('"');
  // What is beyond ASCII is checked as a whole, which is fast; then only suspects need a look.
  const size_t ascii =
      kHasShuffle ? AppendPieces<AsciiSpecials, Until::kBeyondAscii>(sink, text, bad_utf8) : 0;
  if (ascii == text.size()) {
    sink.Append('"');
    return true;
  }
  text.remove_prefix(ascii);
  const bool good = kHasShuffle && text.size() >= 2 * kBlock && Utf8Prefix(text) == text.size();
  const size_t done = good ? AppendPieces<SuspectLeads, Until::kEnd>(sink, text, bad_utf8)
                           : AppendPieces<AsciiSpecials, Until::kEnd>(sink, text, bad_utf8);
  if (done != text.size()) return false;
  sink.Append('"');
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

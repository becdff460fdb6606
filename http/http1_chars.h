#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// The character classes of RFC 9110 and 9112, and scans over them.
namespace minato::http {

namespace chars_internal {

constexpr std::array<bool, 256> MakeTokenTable() {
  std::array<bool, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<uint8_t>(c)] = true;
  return table;
}

inline constexpr std::array<bool, 256> kToken = MakeTokenTable();

constexpr std::array<bool, 256> MakeLowerTokenTable() {
  std::array<bool, 256> table = MakeTokenTable();
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<uint8_t>(c)] = false;
  return table;
}

inline constexpr std::array<bool, 256> kLowerToken = MakeLowerTokenTable();

constexpr std::array<bool, 256> MakeFieldValueTable() {
  std::array<bool, 256> table{};
  for (int byte = 0; byte < 256; ++byte) table[byte] = (byte >= 0x20 && byte != 0x7f) || byte == '\t';
  return table;
}

inline constexpr std::array<bool, 256> kFieldValue = MakeFieldValueTable();

// Looks at every byte, which is quicker than leaving early: they are good nearly always.
constexpr bool AllIn(const std::array<bool, 256>& table, const char* begin, const char* end) {
  bool all = true;
  for (; begin != end; ++begin) all &= table[static_cast<uint8_t>(*begin)];
  return all;
}

}  // namespace chars_internal

constexpr bool IsToken(char c) { return chars_internal::kToken[static_cast<uint8_t>(c)]; }

constexpr bool IsToken(std::string_view text) {
  return !text.empty() && chars_internal::AllIn(chars_internal::kToken, text.data(), text.data() + text.size());
}

// Without capitals, as HTTP/2 has its field names (RFC 9113, 8.2.1).
constexpr bool IsLowerToken(std::string_view text) {
  return !text.empty() && chars_internal::AllIn(chars_internal::kLowerToken, text.data(), text.data() + text.size());
}

constexpr char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// What may stand in a header value: everything but controls; a tab may, and bytes from 0x80.
constexpr bool IsFieldValue(char c) { return chars_internal::kFieldValue[static_cast<uint8_t>(c)]; }

// `lower` is lower case.
constexpr bool EqualsIgnoreCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (ToLower(text[i]) != lower[i]) return false;
  }
  return true;
}

constexpr std::string_view TrimOptionalWhitespace(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Is `lower` (lower case) an element of the comma-separated list?
constexpr bool ListHasToken(std::string_view list, std::string_view lower) {
  while (true) {
    const size_t comma = list.find(',');
    if (EqualsIgnoreCase(TrimOptionalWhitespace(list.substr(0, comma)), lower)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

// The first byte in [begin, end) that may not stand in a header value, or end.
inline const char* FindNonFieldValue(const char* begin, const char* end) {
#if defined(__SSE2__)
  constexpr ptrdiff_t kAtOnce = 16;
  const auto bad_among = [](const char* sixteen) -> uint32_t {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(sixteen));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    return _mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')), control),
                                          _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f))));
  };
  if (end - begin >= kAtOnce) {
    for (; end - begin >= kAtOnce; begin += kAtOnce) {
      if (const uint32_t bad = bad_among(begin); bad != 0) return begin + std::countr_zero(bad);
    }
    // What is left together with bytes before it, which are good.
    const uint32_t bad = bad_among(end - kAtOnce);
    return bad == 0 ? end : end - kAtOnce + std::countr_zero(bad);
  }
#endif
  if (chars_internal::AllIn(chars_internal::kFieldValue, begin, end)) [[likely]] return end;
  while (begin != end && IsFieldValue(*begin)) ++begin;
  return begin;
}

// The first byte in [begin, end) outside 0x21 to 0x7e, which are all that a request target may hold, or end.
inline const char* FindNonVisible(const char* begin, const char* end) {
#if defined(__SSE2__)
  const __m128i space = _mm_set1_epi8(0x20);
  const __m128i del = _mm_set1_epi8(0x7f);
  while (end - begin >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin));
    // Signed: bytes from 0x80 are negative, so they too are not above a space.
    const __m128i good = _mm_and_si128(_mm_cmpgt_epi8(bytes, space), _mm_cmplt_epi8(bytes, del));
    if (const uint32_t mask = _mm_movemask_epi8(good) ^ 0xffff; mask != 0) {
      return begin + std::countr_zero(mask);
    }
    begin += 16;
  }
#endif
  while (begin != end && *begin > 0x20 && *begin < 0x7f) ++begin;
  return begin;
}

}  // namespace minato::http

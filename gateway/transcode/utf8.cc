#include "gateway/transcode/utf8.h"

#include <tmmintrin.h>

#include <cstring>

namespace minato::gateway {
namespace {

constexpr size_t kBlock = 16;

size_t PrefixByBytes(std::string_view text) {
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

// What can be wrong with two neighbouring bytes, one bit each. A pair is bad if the tables for the
// first byte's high half, its low half and the second byte's high half agree on a bit (Keiser and
// Lemire, "Validating UTF-8 in less than one instruction per byte").
constexpr uint8_t kTooShort = 1 << 0;      // A lead, then no continuation.
constexpr uint8_t kTooLong = 1 << 1;       // ASCII, then a continuation.
constexpr uint8_t kOverlong3 = 1 << 2;     // E0 80..9F
constexpr uint8_t kTooLarge = 1 << 3;      // F4 90.., F5..
constexpr uint8_t kSurrogate = 1 << 4;     // ED A0..
constexpr uint8_t kOverlong2 = 1 << 5;     // C0, C1
constexpr uint8_t kTooLarge1000 = 1 << 6;  // F5.. 80..8F
constexpr uint8_t kOverlong4 = 1 << 6;     // F0 80..8F
constexpr uint8_t kTwoContinuations = 1 << 7;
constexpr uint8_t kCarry = kTooShort | kTooLong | kTwoContinuations;
constexpr uint8_t kLarge = kCarry | kTooLarge | kTooLarge1000;

alignas(16) constexpr uint8_t kFirstHigh[16] = {kTooLong,
                                                kTooLong,
                                                kTooLong,
                                                kTooLong,
                                                kTooLong,
                                                kTooLong,
                                                kTooLong,
                                                kTooLong,
                                                kTwoContinuations,
                                                kTwoContinuations,
                                                kTwoContinuations,
                                                kTwoContinuations,
                                                kTooShort | kOverlong2,
                                                kTooShort,
                                                kTooShort | kOverlong3 | kSurrogate,
                                                kTooShort | kTooLarge | kTooLarge1000 | kOverlong4};
alignas(16) constexpr uint8_t kFirstLow[16] = {kCarry | kOverlong3 | kOverlong2 | kOverlong4,
                                               kCarry | kOverlong2,
                                               kCarry,
                                               kCarry,
                                               kCarry | kTooLarge,
                                               kLarge,
                                               kLarge,
                                               kLarge,
                                               kLarge,
                                               kLarge,
                                               kLarge,
                                               kLarge,
                                               kLarge,
                                               kLarge | kSurrogate,
                                               kLarge,
                                               kLarge};
alignas(16) constexpr uint8_t kSecondHigh[16] = {
    kTooShort,
    kTooShort,
    kTooShort,
    kTooShort,
    kTooShort,
    kTooShort,
    kTooShort,
    kTooShort,
    kTooLong | kOverlong2 | kTwoContinuations | kOverlong3 | kTooLarge1000 | kOverlong4,
    kTooLong | kOverlong2 | kTwoContinuations | kOverlong3 | kTooLarge,
    kTooLong | kOverlong2 | kTwoContinuations | kSurrogate | kTooLarge,
    kTooLong | kOverlong2 | kTwoContinuations | kSurrogate | kTooLarge,
    kTooShort,
    kTooShort,
    kTooShort,
    kTooShort};

__m128i Load(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }

[[gnu::target("ssse3")]] __m128i ErrorsOf(__m128i block, __m128i before) {
  const __m128i low_half = _mm_set1_epi8(0x0f);
  const __m128i first = _mm_alignr_epi8(block, before, 15);
  const __m128i pairs = _mm_and_si128(
      _mm_and_si128(
          _mm_shuffle_epi8(Load(kFirstHigh), _mm_and_si128(_mm_srli_epi16(first, 4), low_half)),
          _mm_shuffle_epi8(Load(kFirstLow), _mm_and_si128(first, low_half))),
      _mm_shuffle_epi8(Load(kSecondHigh), _mm_and_si128(_mm_srli_epi16(block, 4), low_half)));
  // Third and fourth bytes must be continuations, and only they may follow one.
  const __m128i third = _mm_subs_epu8(_mm_alignr_epi8(block, before, 14),
                                      _mm_set1_epi8(static_cast<char>(0xe0 - 0x80)));
  const __m128i fourth = _mm_subs_epu8(_mm_alignr_epi8(block, before, 13),
                                       _mm_set1_epi8(static_cast<char>(0xf0 - 0x80)));
  const __m128i must =
      _mm_and_si128(_mm_or_si128(third, fourth), _mm_set1_epi8(static_cast<char>(0x80)));
  return _mm_xor_si128(must, pairs);
}

[[gnu::target("ssse3")]] bool IsUtf8(std::string_view text) {
  __m128i errors = _mm_setzero_si128();
  __m128i before = _mm_setzero_si128();
  size_t i = 0;
  for (; i + kBlock <= text.size(); i += kBlock) {
    __m128i block = Load(text.data() + i);
    errors = _mm_or_si128(errors, ErrorsOf(block, before));
    before = block;
  }
  // The rest and zeros behind it, so that a sequence cut off at the end is seen.
  char rest[kBlock] = {};
  std::memcpy(rest, text.data() + i, text.size() - i);
  errors = _mm_or_si128(errors, ErrorsOf(Load(rest), before));
  return _mm_movemask_epi8(_mm_cmpeq_epi8(errors, _mm_setzero_si128())) == 0xffff;
}

const bool kHasShuffle = __builtin_cpu_supports("ssse3");

}  // namespace

size_t Utf8Prefix(std::string_view text) {
  if (kHasShuffle && text.size() >= kBlock && IsUtf8(text)) return text.size();
  return PrefixByBytes(text);
}

}  // namespace minato::gateway

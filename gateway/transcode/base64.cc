#include "gateway/transcode/base64.h"

#include <tmmintrin.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace minato::gateway {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint32_t kBad = 0x80000000u;

// Twelve bits at a time.
struct Pair {
  char letters[2];
};
constexpr std::array<Pair, 4096> kPairs = [] {
  std::array<Pair, 4096> pairs{};
  for (size_t i = 0; i < pairs.size(); ++i) pairs[i] = Pair{{kAlphabet[i >> 6], kAlphabet[i & 63]}};
  return pairs;
}();

// Per position of a quartet: the six bits, already shifted into place.
struct Alphabet {
  uint32_t at[4][256];
};
constexpr Alphabet MakeAlphabet(char letter62, char letter63) {
  Alphabet alphabet{};
  for (auto& position : alphabet.at) {
    for (uint32_t& bits : position) bits = kBad;
  }
  for (uint32_t value = 0; value < 64; ++value) {
    char letter = value == 62 ? letter62 : value == 63 ? letter63 : kAlphabet[value];
    for (int i = 0; i < 4; ++i)
      alphabet.at[i][static_cast<uint8_t>(letter)] = value << (18 - 6 * i);
  }
  return alphabet;
}
constexpr Alphabet kStandard = MakeAlphabet('+', '/');
constexpr Alphabet kUrlSafe = MakeAlphabet('-', '_');

char* Decode(char* w, std::string_view text, const Alphabet& alphabet) {
  const auto* p = reinterpret_cast<const uint8_t*>(text.data());
  const uint8_t* const end = p + text.size();
  const auto& at = alphabet.at;
  // Four bytes are stored for every three: the last quartet goes the careful way.
  while (end - p > 4) {
    uint32_t bits = at[0][p[0]] | at[1][p[1]] | at[2][p[2]] | at[3][p[3]];
    if (bits & kBad) return nullptr;
    uint32_t swapped = __builtin_bswap32(bits << 8);
    std::memcpy(w, &swapped, 4);
    w += 3;
    p += 4;
  }
  if (p == end) return w;
  const size_t left = static_cast<size_t>(end - p);
  if (left == 1) return nullptr;
  uint32_t bits = at[0][p[0]] | at[1][p[1]];
  if (left > 2) bits |= at[2][p[2]];
  if (left > 3) bits |= at[3][p[3]];
  if (bits & kBad) return nullptr;
  if (left < 4 && (bits & (left == 2 ? 0xffff : 0xff)) != 0) return nullptr;
  *w++ = static_cast<char>(bits >> 16);
  if (left > 2) *w++ = static_cast<char>(bits >> 8);
  if (left > 3) *w++ = static_cast<char>(bits);
  return w;
}

// Twelve bytes to sixteen letters at a time (Mula and Lemire, "Faster Base64 Encoding and
// Decoding"). Returns how many bytes were taken, a multiple of three.
[[gnu::target("ssse3")]] size_t EncodeBlocks(char* w, const uint8_t* p, size_t size) {
  const __m128i spread = _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  // Distance from a six-bit value to its letter, by class of value.
  const __m128i distance =
      _mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                    '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
  size_t taken = 0;
  for (; taken + 16 <= size; taken += 12, w += 16) {
    __m128i in =
        _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p + taken)), spread);
    const __m128i odd =
        _mm_mulhi_epu16(_mm_and_si128(in, _mm_set1_epi32(0x0fc0fc00)), _mm_set1_epi32(0x04000040));
    const __m128i even =
        _mm_mullo_epi16(_mm_and_si128(in, _mm_set1_epi32(0x003f03f0)), _mm_set1_epi32(0x01000010));
    const __m128i values = _mm_or_si128(odd, even);
    __m128i classes = _mm_subs_epu8(values, _mm_set1_epi8(51));
    classes = _mm_or_si128(
        classes, _mm_and_si128(_mm_cmpgt_epi8(_mm_set1_epi8(26), values), _mm_set1_epi8(13)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(w),
                     _mm_add_epi8(values, _mm_shuffle_epi8(distance, classes)));
  }
  return taken;
}

const bool kHasShuffle = __builtin_cpu_supports("ssse3");

}  // namespace

char* EncodeBase64(char* w, std::string_view bytes) {
  const auto* p = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t left = bytes.size();
  if (kHasShuffle) {
    const size_t taken = EncodeBlocks(w, p, left);
    w += taken / 3 * 4;
    p += taken;
    left -= taken;
  }
  while (left >= 8) {  // Eight are loaded, six used.
    uint64_t block;
    std::memcpy(&block, p, 8);
    block = __builtin_bswap64(block);
    std::memcpy(w, &kPairs[block >> 52], 2);
    std::memcpy(w + 2, &kPairs[block >> 40 & 0xfff], 2);
    std::memcpy(w + 4, &kPairs[block >> 28 & 0xfff], 2);
    std::memcpy(w + 6, &kPairs[block >> 16 & 0xfff], 2);
    w += 8;
    p += 6;
    left -= 6;
  }
  while (left >= 3) {
    uint32_t block = uint32_t{p[0]} << 16 | uint32_t{p[1]} << 8 | p[2];
    std::memcpy(w, &kPairs[block >> 12], 2);
    std::memcpy(w + 2, &kPairs[block & 0xfff], 2);
    w += 4;
    p += 3;
    left -= 3;
  }
  if (left == 0) return w;
  uint32_t block = uint32_t{p[0]} << 16 | (left > 1 ? uint32_t{p[1]} << 8 : 0);
  std::memcpy(w, &kPairs[block >> 12], 2);
  w[2] = left > 1 ? kAlphabet[block >> 6 & 63] : '=';
  w[3] = '=';
  return w + 4;
}

char* DecodeBase64(char* w, std::string_view text) {
  if (text.size() % 4 == 0 && text.ends_with('=')) {
    text.remove_suffix(text.size() > 1 && text[text.size() - 2] == '=' ? 2 : 1);
  }
  char* end = Decode(w, text, kStandard);
  return end != nullptr ? end : Decode(w, text, kUrlSafe);
}

}  // namespace minato::gateway

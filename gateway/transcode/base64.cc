#include "gateway/transcode/base64.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace minato::gateway {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint32_t kBad = 0x80000000u;

// Twelve bits at a time.
struct Pair { char letters[2]; };
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
    for (int i = 0; i < 4; ++i) alphabet.at[i][static_cast<uint8_t>(letter)] = value << (18 - 6 * i);
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

}  // namespace

char* EncodeBase64(char* w, std::string_view bytes) {
  const auto* p = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t left = bytes.size();
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

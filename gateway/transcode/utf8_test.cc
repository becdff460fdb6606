#include "gateway/transcode/utf8.h"

#include <random>
#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"

namespace minato::gateway {
namespace {

// Byte by byte, after the table of Unicode 15.0, 3-7.
size_t Reference(std::string_view text) {
  auto in = [&](size_t i, int low, int high) {
    return i < text.size() && static_cast<uint8_t>(text[i]) >= low &&
           static_cast<uint8_t>(text[i]) <= high;
  };
  size_t i = 0;
  while (i < text.size()) {
    const int lead = static_cast<uint8_t>(text[i]);
    size_t length = 0;
    if (lead < 0x80) length = 1;
    if (lead >= 0xC2 && lead <= 0xDF && in(i + 1, 0x80, 0xBF)) length = 2;
    if (lead >= 0xE0 && lead <= 0xEF &&
        in(i + 1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && in(i + 2, 0x80, 0xBF))
      length = 3;
    if (lead >= 0xF0 && lead <= 0xF4 &&
        in(i + 1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) &&
        in(i + 2, 0x80, 0xBF) && in(i + 3, 0x80, 0xBF))
      length = 4;
    if (length == 0) return i;
    i += length;
  }
  return i;
}

TEST(Utf8Prefix, EverySequenceOfTwoBytesAtEveryPlaceOfABlock) {
  for (size_t before : {0, 13, 14, 15, 16, 30, 31}) {
    for (int first = 0x80; first < 0x100; ++first) {
      for (int second = 0; second < 0x100; ++second) {
        std::string text(before, 'a');
        text += static_cast<char>(first);
        text += static_cast<char>(second);
        ASSERT_EQ(Utf8Prefix(text), Reference(text)) << before << " " << first << " " << second;
        text += "\x80\x80 and some more behind it";
        ASSERT_EQ(Utf8Prefix(text), Reference(text)) << before << " " << first << " " << second;
      }
    }
  }
}

TEST(Utf8Prefix, RandomTextWithOneByteChangedOrCutOff) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  static const std::string kPieces[] = {"a", "plain", "é", "ж", "€", "漢", "😀", "\U0010ffff"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    while (text.size() < random() % 80) text += kPieces[random() % std::size(kPieces)];
    ASSERT_EQ(Utf8Prefix(text), text.size());
    if (text.empty()) continue;
    text.resize(1 + random() % text.size());
    ASSERT_EQ(Utf8Prefix(text), Reference(text));
    text[random() % text.size()] = static_cast<char>(random());
    ASSERT_EQ(Utf8Prefix(text), Reference(text));
  }
}

}  // namespace
}  // namespace minato::gateway

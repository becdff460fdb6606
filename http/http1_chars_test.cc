#include "http/http1_chars.h"

#include <gtest/gtest.h>

#include <string>

namespace minato::http {
namespace {

// Where a scan stops in 40 good bytes with one other byte at `place`; 40 if it does not.
template <typename Scan>
size_t StopsAt(Scan scan, char byte, size_t place) {
  std::string text(40, 'a');
  text[place] = byte;
  return scan(text.data(), text.data() + text.size()) - text.data();
}

TEST(Http1Chars, ScansStopAtTheSameBytesWhereverTheyStand) {
  for (int value = 0; value < 256; ++value) {
    const char byte = static_cast<char>(value);
    const bool in_value = value == '\t' || (value >= 0x20 && value != 0x7f);
    const bool visible = value > 0x20 && value < 0x7f;
    EXPECT_EQ(IsFieldValue(byte), in_value) << value;
    for (size_t place = 0; place < 40; ++place) {
      EXPECT_EQ(StopsAt(FindNonFieldValue, byte, place), in_value ? 40 : place) << value << " at " << place;
      EXPECT_EQ(StopsAt(FindNonVisible, byte, place), visible ? 40 : place) << value << " at " << place;
    }
  }
}

TEST(Http1Chars, TokensAreThoseOfTheStandard) {
  std::string tokens;
  for (int value = 0; value < 256; ++value) {
    if (IsToken(static_cast<char>(value))) tokens.push_back(static_cast<char>(value));
  }
  EXPECT_EQ(tokens, "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");
  EXPECT_FALSE(IsToken(std::string_view()));
}

TEST(Http1Chars, ListsHaveTokensNotParts) {
  EXPECT_TRUE(ListHasToken("a, Close ,b", "close"));
  EXPECT_TRUE(ListHasToken("close", "close"));
  EXPECT_FALSE(ListHasToken("closed, not-close", "close"));
  EXPECT_FALSE(ListHasToken("", "close"));
  EXPECT_FALSE(ListHasToken(",,", "close"));
}

}  // namespace
}  // namespace minato::http

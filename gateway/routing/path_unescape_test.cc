#include "gateway/routing/path_unescape.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace minato::gateway {
namespace {

constexpr char kReservedEscaped[] = "%21%23%24%26%27%28%29%2A%2B%2C%2F%3A%3B%3D%3F%40%5B%5D";

TEST(Unescape, DecodesEveryByteInBothCases) {
  for (int byte = 0; byte < 256; ++byte) {
    for (const char* format : {"a%%%02xz", "a%%%02Xz"}) {
      char text[8];
      std::snprintf(text, sizeof(text), format, byte);
      EXPECT_EQ(Unescape(text), std::string("a") + static_cast<char>(byte) + "z");
    }
  }
}

TEST(Unescape, LeavesWhatTheSpecSays) {
  EXPECT_EQ(Unescape(kReservedEscaped, UnescapeSpec::kAllExceptReserved), kReservedEscaped);
  EXPECT_EQ(Unescape(kReservedEscaped, UnescapeSpec::kAllExceptSlash), "!#$&'()*+,%2F:;=?@[]");
  EXPECT_EQ(Unescape(kReservedEscaped, UnescapeSpec::kAll), "!#$&'()*+,/:;=?@[]");
  const std::string_view mixed = "%2f%23/%20%2523";
  EXPECT_EQ(Unescape(mixed, UnescapeSpec::kAllExceptReserved), "%2f%23/ %23");
  EXPECT_EQ(Unescape(mixed, UnescapeSpec::kAllExceptSlash), "%2f#/ %23");
  EXPECT_EQ(Unescape(mixed, UnescapeSpec::kAll), "/#/ %23");
}

TEST(Unescape, KeepsBrokenEscapes) {
  for (const char* text : {"%", "%4", "%zz", "%4z", "%z4", "%%%", "100%zz%4", "a%", "%%4"}) EXPECT_EQ(Unescape(text), text);
  EXPECT_EQ(Unescape("%%41"), "%A");
  EXPECT_EQ(Unescape("%4%41"), "%4A");
}

TEST(Unescape, TakesAPlusForASpaceOnlyIfAsked) {
  EXPECT_EQ(Unescape("a+b%2B%20"), "a+b+ ");
  EXPECT_EQ(Unescape("a+b%2B%20", UnescapeSpec::kAll, PlusSign::kIsSpace), "a b+ ");
}

TEST(AppendUnescaped, Appends) {
  std::string out = "a";
  AppendUnescaped(out, "b%63");
  AppendUnescaped(out, "");
  EXPECT_EQ(out, "abc");
}

}  // namespace
}  // namespace minato::gateway

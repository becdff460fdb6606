#include "gateway/config/scalar.h"

#include <gtest/gtest.h>

namespace minato::gateway::config {
namespace {

YamlNode Plain(std::string_view text) {
  YamlNode node;
  node.kind = YamlNode::Kind::kScalar;
  node.text = text;
  return node;
}
YamlNode Quoted(std::string_view text) {
  YamlNode node = Plain(text);
  node.quoted = true;
  return node;
}

template <typename T>
std::string Shown(const StatusOr<T>& result) {
  return result.ok() ? "a value" : std::string(MessageOf(result.status()));
}

TEST(Scalar, PlainWordsForYesAndNoAreBoolsAndNoStrings) {
  for (const char* yes : {"true", "True", "TRUE", "y", "yes", "Yes", "on", "ON"}) {
    EXPECT_EQ(BoolOf(Plain(yes)).value_or(false), true) << yes;
    EXPECT_FALSE(StringOf(Plain(yes)).ok()) << yes;
  }
  for (const char* no : {"false", "no", "N", "off"}) EXPECT_EQ(BoolOf(Plain(no)).value_or(true), false) << no;
  EXPECT_EQ(*StringOf(Quoted("on")), "on");
  EXPECT_EQ(*StringOf(Plain("tRue")), "tRue");
  for (const char* yes : {"true", "TRUE", "tRue", "yes", "t", "1"}) {
    EXPECT_TRUE(BoolOf(Quoted(yes)).value_or(false)) << yes;
  }
  for (const char* no : {"false", "No", "f", "0"}) EXPECT_FALSE(BoolOf(Quoted(no)).value_or(true)) << no;
  for (const char* wrong : {"on", "off", "2", "", "true "}) EXPECT_FALSE(BoolOf(Quoted(wrong)).ok()) << wrong;
  EXPECT_EQ(Shown(BoolOf(Quoted("maybe"))), "expected true or false, not a string (\"maybe\")");
  EXPECT_EQ(Shown(BoolOf(Plain("1"))), "expected true or false, not a number (\"1\")");
}

TEST(Scalar, PlainIntegersAreNumbersAndNoStrings) {
  EXPECT_EQ(Shown(StringOf(Plain("12"))), "expected a string, in quotes, not a number (\"12\")");
  EXPECT_EQ(*StringOf(Quoted("12")), "12");
  EXPECT_EQ(*StringOf(Plain("1.5")), "1.5");
}

TEST(Scalar, ReadsWholeNumbersInEveryFormThatEnvoyReads) {
  EXPECT_EQ(*UInt32Of(Plain("0")), 0);
  EXPECT_EQ(*UInt32Of(Plain("4294967295")), 4294967295);
  EXPECT_EQ(*UInt32Of(Quoted("50")), 50);
  EXPECT_EQ(*UInt32Of(Quoted("050")), 50);
  EXPECT_EQ(*UInt32Of(Plain("50.0")), 50);
  EXPECT_EQ(*UInt32Of(Plain("5e1")), 50);
  EXPECT_EQ(*UInt32Of(Plain("0x32")), 50);
  EXPECT_EQ(*UInt32Of(Plain("010")), 8);
  EXPECT_EQ(*UInt32Of(Plain("08")), 8);
  EXPECT_EQ(*UInt32Of(Plain("+50")), 50);
  for (const char* wrong :
       {"-1", "4294967296", "1.5", "5_0", "0x", "1e10", "nan", "inf", "-0x1", "99999999999999999999"}) {
    EXPECT_FALSE(UInt32Of(Plain(wrong)).ok()) << wrong;
  }
  for (const char* wrong : {"", " 50", "50 ", "true", "-1"}) EXPECT_FALSE(UInt32Of(Quoted(wrong)).ok()) << wrong;
}

TEST(Scalar, ReadsDurationsToTheNanosecond) {
  EXPECT_EQ(*DurationOf(Plain("0s")), absl::ZeroDuration());
  EXPECT_EQ(*DurationOf(Quoted("1.5s")), absl::Milliseconds(1500));
  EXPECT_EQ(*DurationOf(Plain("0.000000001s")), absl::Nanoseconds(1));
  EXPECT_EQ(*DurationOf(Plain("005s")), absl::Seconds(5));
  EXPECT_EQ(*DurationOf(Plain("315576000000s")), absl::Seconds(315576000000));
  for (const char* wrong : {"", "s", "5", "5ms", "-5s", "-0.5s", "+5s", ".5s", "5.s", "0.0000000001s", "315576000001s",
                            "1 s", "1.5.5s", "1.-5s", "99999999999999999999s"}) {
    EXPECT_FALSE(DurationOf(Plain(wrong)).ok()) << wrong;
  }
  EXPECT_EQ(Shown(DurationOf(Plain("5"))), "expected a duration such as \"1.5s\", not a number (\"5\")");
}

TEST(Scalar, ReadsBase64) {
  EXPECT_EQ(*BytesOf(Plain("AP8=")), std::string("\0\xff", 2));
  EXPECT_EQ(*BytesOf(Plain("-_8")), "\xfb\xff");
  EXPECT_FALSE(BytesOf(Plain("***")).ok());
}

TEST(Scalar, NamesWhatIsNoScalar) {
  YamlNode list;
  list.kind = YamlNode::Kind::kList;
  EXPECT_EQ(Shown(StringOf(list)), "expected a string, not a list");
  EXPECT_EQ(Shown(DurationOf(YamlNode())), "expected a duration such as \"1.5s\", not null");
}

TEST(Scalar, ALongWrongValueIsCutInTheError) {
  EXPECT_LT(Shown(BoolOf(Quoted(std::string(10'000, 'x')))).size(), 200);
}

}  // namespace
}  // namespace minato::gateway::config

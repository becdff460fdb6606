#include "gateway/access_log/format.h"

#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

using Kind = LogOperator::Kind;

std::string ErrorOf(std::string_view text) {
  const auto format = LogFormat::Parse(text);
  return format.ok() ? "" : std::string(MessageOf(format.status()));
}

TEST(LogFormat, IsTextAndOperators) {
  const LogFormat format = LogFormat::Parse("a %PROTOCOL%%% %REQ(X-A?Host):7%\n").value();
  const std::vector<LogFormat::Piece> expected = {
      "a ", LogOperator{Kind::kProtocol}, "% ",
      LogOperator{.kind = Kind::kRequestHeader, .argument = "x-a", .alternative = ":authority", .bytes_max = 7}, "\n"};
  EXPECT_EQ(format.pieces(), expected);
  EXPECT_EQ(format.single(), nullptr);
  EXPECT_EQ(LogFormat::Parse("%PROTOCOL%").value().single()->kind, Kind::kProtocol);
}

TEST(LogFormat, EndsAnArgumentWhereTheOperatorCanEnd) {
  const LogFormat format = LogFormat::Parse("%START_TIME(a)b)%").value();
  EXPECT_EQ(format.single()->argument, "a)b");
  EXPECT_EQ(LogFormat::Parse("%REQ(a%b)%").value().single()->argument, "a%b");
}

TEST(LogFormat, MayBeEmpty) { EXPECT_TRUE(LogFormat::Parse("").value().pieces().empty()); }

TEST(LogFormat, SaysWhatIsNoOperator) {
  EXPECT_EQ(ErrorOf("100% x"), "no operator at position 3 (\"%%\" stands for one percent sign)");
  for (const char* text : {"%", "%REQ(a", "%REQ(a)", "%REQ(a):x%", "%REQ(a):%", "%req(a)%", "%START_TIME(x\ny)%"}) {
    EXPECT_EQ(ErrorOf(text), "no operator at position 0 (\"%%\" stands for one percent sign)") << text;
  }
}

TEST(LogFormat, NamesTheOperatorThatIsWrong) {
  EXPECT_EQ(ErrorOf("a %NOPE(x)%"), "%NOPE(x)%: the operator is not supported");
  EXPECT_EQ(ErrorOf("%PROTOCOL:3%"), "%PROTOCOL:3%: takes neither an argument nor a length");
  EXPECT_EQ(ErrorOf("%PROTOCOL()%"), "%PROTOCOL()%: takes neither an argument nor a length");
  EXPECT_EQ(ErrorOf("%REQ%"), "%REQ%: needs the name of a header");
  EXPECT_EQ(ErrorOf("%REQ()%"), "%REQ()%: needs the name of a header");
  EXPECT_EQ(ErrorOf("%RESP(a?b?c)%"), "%RESP(a?b?c)%: more than one alternative");
  EXPECT_EQ(ErrorOf("%REQ(a b)%"), "%REQ(a b)%: no name of a header");
  EXPECT_EQ(ErrorOf("%START_TIME:3%"), "%START_TIME:3%: takes no length");
  EXPECT_EQ(ErrorOf("%START_TIME(%n)%"), "%START_TIME(%n)%: no line breaks");
  EXPECT_EQ(ErrorOf("%GRPC_STATUS(foo)%"), "%GRPC_STATUS(foo)%: one of CAMEL_STRING, SNAKE_STRING, NUMBER");
}

}  // namespace
}  // namespace minato::gateway

#include "gateway/stream_framing.h"

#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

constexpr char kError[] = R"({"code":13})";

std::string Failed(StreamFraming framing, int messages, StreamEnd end) {
  std::string body;
  for (int i = 0; i < messages; ++i) body.append(BeforeMessage(framing, i == 0)).append("{}").append(AfterMessage(framing));
  EXPECT_EQ(AppendStreamError(framing, messages == 0, kError, body), end);
  return body;
}

TEST(StreamFraming, AnArrayIsLeftOpenBehindAnError) {
  EXPECT_EQ(Failed(StreamFraming::kArray, 0, StreamEnd::kCut), R"([{"code":13})");
  EXPECT_EQ(Failed(StreamFraming::kArray, 2, StreamEnd::kCut), R"([{},{},{"code":13})");
}

TEST(StreamFraming, AnErrorIsTheLastLine) {
  EXPECT_EQ(Failed(StreamFraming::kNewline, 0, StreamEnd::kWhole), "{\"code\":13}\n");
  EXPECT_EQ(Failed(StreamFraming::kNewline, 1, StreamEnd::kWhole), "{}\n{\"code\":13}\n");
}

TEST(StreamFraming, AnErrorIsAnEventOfItsOwn) {
  EXPECT_EQ(Failed(StreamFraming::kSse, 1, StreamEnd::kWhole), "data: {}\n\nevent: error\ndata: {\"code\":13}\n\n");
}

TEST(StreamFraming, OnlyAnArrayHasAnEnd) {
  EXPECT_EQ(AfterStream(StreamFraming::kArray, true), "[]");
  EXPECT_EQ(AfterStream(StreamFraming::kArray, false), "]");
  EXPECT_EQ(AfterStream(StreamFraming::kNewline, true), "");
  EXPECT_EQ(AfterStream(StreamFraming::kSse, false), "");
}

}  // namespace
}  // namespace minato::gateway

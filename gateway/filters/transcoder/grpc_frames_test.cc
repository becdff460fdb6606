#include "gateway/filters/transcoder/grpc_frames.h"

#include <vector>

#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

std::vector<std::string> Split(std::initializer_list<std::string_view> pieces, GrpcFrames& frames) {
  std::vector<std::string> messages;
  for (std::string_view piece : pieces) {
    while (frames.Next(piece) == GrpcFrames::Event::kMessage) messages.emplace_back(frames.message());
    EXPECT_TRUE(piece.empty());
  }
  return messages;
}

TEST(GrpcFrames, FindsTheMessagesWhereverTheBodyIsCut) {
  const std::vector<std::string> expected = {"one", "", std::string(300, 'x'), "four"};
  std::string body;
  for (const std::string& message : expected) AppendGrpcFrame(body, message);
  const std::string_view all = body;
  for (size_t first = 0; first <= all.size(); ++first) {
    for (size_t second = first; second <= all.size(); second += 7) {
      GrpcFrames frames;
      EXPECT_EQ(Split({all.substr(0, first), all.substr(first, second - first), all.substr(second)}, frames), expected);
      EXPECT_TRUE(frames.End().ok());
      EXPECT_EQ(frames.held_bytes(), 0);
    }
  }
  GrpcFrames frames;
  std::vector<std::string> messages;
  for (char c : body) {
    for (const std::string& message : Split({std::string_view(&c, 1)}, frames)) messages.push_back(message);
  }
  EXPECT_EQ(messages, expected);
}

TEST(GrpcFrames, SaysWhatIsMissingAtTheEnd) {
  GrpcFrames header;
  Split({std::string_view("\0\0", 2)}, header);
  EXPECT_EQ(header.held_bytes(), 2);
  EXPECT_EQ(MessageOf(header.End()), "Incomplete gRPC frame header received");
  GrpcFrames message;
  Split({std::string_view("\0\0\0\1\2a", 6)}, message);
  EXPECT_EQ(MessageOf(message.End()), "Incomplete gRPC frame expected size: 258 actual size: 1");
}

TEST(GrpcFrames, RefusesACompressedMessage) {
  for (size_t cut = 0; cut <= 6; ++cut) {
    GrpcFrames frames;
    const std::string_view body("\1\0\0\0\1a", 6);
    std::string_view first = body.substr(0, cut);
    std::string_view second = body.substr(cut);
    const bool refused =
        frames.Next(first) == GrpcFrames::Event::kError || frames.Next(second) == GrpcFrames::Event::kError;
    EXPECT_TRUE(refused) << cut;
    EXPECT_EQ(frames.flag(), 1);
  }
}

TEST(GrpcFrames, RefusesAFlagAtOnceWhereThatIsWanted) {
  GrpcFrames frames(GrpcFrames::Flags::kAtOnce);
  EXPECT_EQ(Split({std::string_view("\1\0\0\0\1a", 6)}, frames), std::vector<std::string>{"a"});
  std::string_view flag = "\2";
  EXPECT_EQ(frames.Next(flag), GrpcFrames::Event::kError);
  frames.BeginAgain();
  EXPECT_EQ(Split({std::string_view("\0\0\0\0\1b", 6)}, frames), std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace minato::gateway

#include "server/services/chat/chat_fixture.h"

namespace minato::chat {
namespace {

using SendMessageTest = ChatFixture;

TEST_F(SendMessageTest, EveryRoomCountsForItself) {
  EXPECT_EQ(Post("a", "x")->sequence(), 1);
  EXPECT_EQ(Post("a", "y")->sequence(), 2);
  EXPECT_EQ(Post("b", "z")->sequence(), 1);
}

TEST_F(SendMessageTest, ARepeatedRequestIdWritesNothing) {
  EXPECT_EQ(Post("a", "x", "r1")->sequence(), 1);
  const v1::Message again = *Post("a", "other", "r1");
  EXPECT_EQ(again.sequence(), 1);
  EXPECT_EQ(again.text(), "x");
  EXPECT_EQ(Post("b", "x", "r1")->room(), "b");
  EXPECT_EQ(Post("a", "y")->sequence(), 2);
}

TEST_F(SendMessageTest, WhatWasAnsweredIsThereAfterARestart) {
  EXPECT_TRUE(Post("a", "x").ok());
  env.reset();
  env = *ChatEnv::Open(config);
  EXPECT_EQ(Post("a", "y")->sequence(), 2);
}

TEST_F(SendMessageTest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(MessageOf(Post("a b", "x").status()), "room: must be 1 to 64 of the characters A-Z a-z 0-9 . _ -");
  EXPECT_EQ(MessageOf(Post("a", "").status()), "text: must be 1 to 4096 bytes, found 0");
  EXPECT_EQ(MessageOf(Post("a", std::string(4097, 'x')).status()), "text: must be 1 to 4096 bytes, found 4097");
  EXPECT_EQ(Post("a", "x", "r 1").status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace minato::chat

#include "server/services/chat/chat_fixture.h"

namespace minato::chat {
namespace {

struct ListMessagesTest : ChatFixture {
  ListMessagesTest() {
    for (int i = 1; i <= 5; ++i) EXPECT_TRUE(Post("a", std::to_string(i)).ok());
    EXPECT_TRUE(Post("b", "elsewhere").ok());
  }

  StatusOr<v1::ListMessagesResponse> List(std::string room, int32_t page_size, std::string token = "",
                                          std::string order_by = "") {
    v1::ListMessagesRequest request;
    request.set_room(std::move(room));
    request.set_page_size(page_size);
    request.set_page_token(std::move(token));
    request.set_order_by(std::move(order_by));
    TestCall call(loop);
    return loop.Run(ListMessages(*env, call, request));
  }

  std::string AllTexts(std::string order_by) {
    std::string texts;
    std::string token;
    do {
      const v1::ListMessagesResponse page = *List("a", 2, token, order_by);
      for (const v1::Message& message : page.messages()) texts += message.text();
      token = page.next_page_token();
    } while (!token.empty());
    return texts;
  }
};

TEST_F(ListMessagesTest, PagesGiveTheRoomsMessagesOnceInEitherOrder) {
  EXPECT_EQ(AllTexts(""), "12345");
  EXPECT_EQ(AllTexts("sequence"), "12345");
  EXPECT_EQ(AllTexts("sequence desc"), "54321");
}

TEST_F(ListMessagesTest, ARoomThatNobodyWroteInIsEmpty) { EXPECT_EQ(List("none", 0)->messages_size(), 0); }

TEST_F(ListMessagesTest, RefusesAnotherOrderAndATokenOfAnotherList) {
  EXPECT_EQ(List("a", 2, "", "name").status().code(), StatusCode::kInvalidArgument);
  const std::string token = List("a", 2)->next_page_token();
  EXPECT_EQ(List("b", 2, token).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(List("a", 2, token, "sequence desc").status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace minato::chat

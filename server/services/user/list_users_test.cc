#include "server/services/user/user_fixture.h"

namespace minato::user {
namespace {

struct ListUsersTest : UserFixture {
  ListUsersTest() {
    for (int i = 1; i <= 5; ++i) {
      EXPECT_TRUE(Create("User", fmt::format("user{}@example.com", i)).ok());
    }
  }

  StatusOr<v1::ListUsersResponse> List(int32_t page_size, std::string page_token = "") {
    v1::ListUsersRequest request;
    request.set_page_size(page_size);
    request.set_page_token(std::move(page_token));
    return Call(&ListUsers, request);
  }
};

TEST_F(ListUsersTest, PagesGiveEveryoneOnceById) {
  std::vector<int64_t> ids;
  std::string token;
  int pages = 0;
  do {
    const v1::ListUsersResponse page = *List(2, token);
    for (const v1::User& user : page.users()) ids.push_back(user.id());
    token = page.next_page_token();
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(ids, (std::vector<int64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(pages, 3);
}

TEST_F(ListUsersTest, TheLastPageHasNoTokenEvenWhenItIsFull) {
  EXPECT_EQ(List(5)->users_size(), 5);
  EXPECT_EQ(List(5)->next_page_token(), "");
}

TEST_F(ListUsersTest, RefusesANegativeSizeAndAForeignToken) {
  EXPECT_EQ(List(-1).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(MessageOf(List(2, "abc").status()), "page_token: is not the next_page_token of this list");
}

}  // namespace
}  // namespace minato::user

#include "server/services/user/user_fixture.h"

namespace minato::user {
namespace {

struct DeleteUserTest : UserFixture {
  Status Delete(int64_t id, std::string etag = "") {
    v1::DeleteUserRequest request;
    request.set_id(id);
    request.set_etag(std::move(etag));
    return Call(&DeleteUser, request).status();
  }
};

TEST_F(DeleteUserTest, TheUserIsGone) {
  EXPECT_TRUE(Create("Ann", "ann@example.com").ok());
  EXPECT_TRUE(Delete(1).ok());
  EXPECT_EQ(Get(1).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Delete(1).code(), StatusCode::kNotFound);
}

TEST_F(DeleteUserTest, AnEtagThatIsNotTheCurrentOneIsRefused) {
  const v1::User user = *Create("Ann", "ann@example.com");
  EXPECT_EQ(Delete(1, "other").code(), StatusCode::kAborted);
  EXPECT_TRUE(Delete(1, user.etag()).ok());
}

}  // namespace
}  // namespace minato::user

#include "server/services/user/user_fixture.h"

namespace minato::user {
namespace {

struct UpdateUserTest : UserFixture {
  UpdateUserTest() { EXPECT_TRUE(Create("Ann", "ann@example.com").ok()); }

  StatusOr<v1::User> Update(std::vector<std::string> mask, std::string name, std::string email,
                            std::string etag = "", int64_t id = 1) {
    v1::UpdateUserRequest request;
    request.mutable_user()->set_id(id);
    request.mutable_user()->set_name(std::move(name));
    request.mutable_user()->set_email(std::move(email));
    request.mutable_user()->set_etag(std::move(etag));
    for (std::string& path : mask) request.mutable_update_mask()->add_paths(std::move(path));
    return Call(&UpdateUser, request);
  }
};

TEST_F(UpdateUserTest, ChangesTheNamedFieldsOnly) {
  clock.Advance(absl::Seconds(5));
  const v1::User user = *Update({"name"}, "Anna", "ignored@example.com");
  EXPECT_EQ(user.name(), "Anna");
  EXPECT_EQ(user.email(), "ann@example.com");
  EXPECT_EQ(user.update_time().seconds(), user.create_time().seconds() + 5);
}

TEST_F(UpdateUserTest, WithoutAMaskChangesWhatIsNotEmpty) {
  EXPECT_EQ(Update({}, "", "anna@example.com")->name(), "Ann");
  EXPECT_EQ(Get(1)->email(), "anna@example.com");
}

TEST_F(UpdateUserTest, AnEtagThatIsNotTheCurrentOneIsRefusedAndNothingChanges) {
  const std::string seen = Get(1)->etag();
  const v1::User changed = *Update({"name"}, "Anna", "", seen);
  EXPECT_NE(changed.etag(), seen);
  EXPECT_EQ(Update({"name"}, "Annette", "", seen).status().code(), StatusCode::kAborted);
  EXPECT_EQ(Get(1)->name(), "Anna");
}

TEST_F(UpdateUserTest, RefusesWhatCannotBeChanged) {
  EXPECT_EQ(MessageOf(Update({"create_time"}, "x", "").status()),
            "update_mask: \"create_time\" cannot be changed; name and email can");
  EXPECT_EQ(MessageOf(Update({}, "", "").status()), "update_mask: names no field that could be changed");
  EXPECT_EQ(MessageOf(Update({"*"}, "Anna", "").status()), "user.email: is required");
  EXPECT_EQ(Update({"name"}, "Anna", "", "", 9).status().code(), StatusCode::kNotFound);
}

TEST_F(UpdateUserTest, RefusesTheAddressOfAnother) {
  EXPECT_TRUE(Create("Bob", "bob@example.com").ok());
  EXPECT_EQ(Update({"email"}, "", "bob@example.com").status().code(), StatusCode::kAlreadyExists);
}

}  // namespace
}  // namespace minato::user

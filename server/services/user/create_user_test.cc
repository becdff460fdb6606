#include "server/services/user/user_fixture.h"

namespace minato::user {
namespace {

using CreateUserTest = UserFixture;

TEST_F(CreateUserTest, AnswersTheUserWithWhatTheServiceAdds) {
  const v1::User user = *Create("Ann", "ann@example.com");
  EXPECT_EQ(user.id(), 1);
  EXPECT_EQ(user.name(), "Ann");
  EXPECT_EQ(user.email(), "ann@example.com");
  EXPECT_FALSE(user.etag().empty());
  EXPECT_EQ(user.create_time().seconds(), absl::ToUnixSeconds(clock.Now()));
  EXPECT_EQ(Get(1)->name(), "Ann");
}

TEST_F(CreateUserTest, RefusesASecondUserWithTheSameAddressInAnyCase) {
  EXPECT_TRUE(Create("Ann", "ann@example.com").ok());
  const Status refused = Create("Bob", "Ann@Example.com").status();
  EXPECT_EQ(refused.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(MessageOf(refused), "another user has the address Ann@Example.com");
}

TEST_F(CreateUserTest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(MessageOf(Create("", "ann@example.com").status()), "user.name: is required");
  EXPECT_EQ(MessageOf(Create("Ann", "").status()), "user.email: is required");
  EXPECT_EQ(MessageOf(Create("Ann\n", "ann@example.com").status()), "user.name: holds a control character");
  EXPECT_EQ(MessageOf(Create(std::string(201, 'x'), "ann@example.com").status()),
            "user.name: has 201 characters, the limit is 200");
  EXPECT_EQ(Create("Ann", "ann").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Create("Ann", "ann@example.com", "a b").status().code(), StatusCode::kInvalidArgument);
}

TEST_F(CreateUserTest, ARepeatedRequestIdAnswersTheUserOfTheFirstCallForADay) {
  EXPECT_EQ(Create("Ann", "ann@example.com", "r-1")->id(), 1);
  EXPECT_EQ(Create("Ann", "ann@example.com", "r-1")->id(), 1);
  clock.Advance(absl::Hours(25));
  EXPECT_EQ(Create("Ann", "ann@example.com", "r-1").status().code(), StatusCode::kAlreadyExists);
}

// AIP-155: a duplicate gets the success of the first call, not an error for what happened in between.
TEST_F(CreateUserTest, ARepeatedRequestIdAnswersAsBeforeWhenTheUserHasBeenDeletedSince) {
  const v1::User first = *Create("Ann", "ann@example.com", "r-1");
  v1::DeleteUserRequest request;
  request.set_id(1);
  EXPECT_TRUE(Call(&DeleteUser, request).ok());
  clock.Advance(absl::Hours(1));
  const StatusOr<v1::User> again = Create("Ann", "ann@example.com", "r-1");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(Get(1).status().code(), StatusCode::kNotFound);
}

TEST_F(CreateUserTest, DoesNotGiveOutTheIdOfADeletedUserAgain) {
  EXPECT_EQ(Create("Ann", "ann@example.com")->id(), 1);
  v1::DeleteUserRequest request;
  request.set_id(1);
  EXPECT_TRUE(Call(&DeleteUser, request).ok());
  EXPECT_EQ(Create("Ann", "ann@example.com")->id(), 2);
}

}  // namespace
}  // namespace minato::user

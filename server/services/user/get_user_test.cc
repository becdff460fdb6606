#include "server/services/user/user_fixture.h"
#include "server/services/user/user_store.h"

namespace minato::user {
namespace {

using GetUserTest = UserFixture;

// A write that goes past the service, and so past its cache.
Task<Status> Rename(sqlite::Database& database, int64_t id, std::string name) {
  co_return co_await database.Write([id, name](sqlite::Connection& db) -> Status {
    sqlite::Query query(db, "UPDATE users SET name = ? WHERE id = ?", name, id);
    return query.Finish();
  });
}

TEST_F(GetUserTest, NotFoundForAnIdThatWasNeverGivenOut) {
  const Status status = Get(7).status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(MessageOf(status), "user 7 does not exist");
}

TEST_F(GetUserTest, ServesTheCachedUserUntilItsTtlEnds) {
  EXPECT_TRUE(Create("Ann", "ann@example.com").ok());
  EXPECT_EQ(Get(1)->name(), "Ann");
  EXPECT_TRUE(loop.Run(Rename(*env->database, 1, "Anna")).ok());
  clock.Advance(config.cache_ttl - absl::Milliseconds(1));
  EXPECT_EQ(Get(1)->name(), "Ann");
  clock.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Get(1)->name(), "Anna");
}

TEST_F(GetUserTest, SeesAWriteThroughTheServiceAtOnce) {
  EXPECT_TRUE(Create("Ann", "ann@example.com").ok());
  EXPECT_EQ(Get(1)->name(), "Ann");
  v1::UpdateUserRequest update;
  update.mutable_user()->set_id(1);
  update.mutable_user()->set_name("Anna");
  EXPECT_TRUE(Call(&UpdateUser, update).ok());
  EXPECT_EQ(Get(1)->name(), "Anna");
  v1::DeleteUserRequest remove;
  remove.set_id(1);
  EXPECT_TRUE(Call(&DeleteUser, remove).ok());
  EXPECT_EQ(Get(1).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace minato::user

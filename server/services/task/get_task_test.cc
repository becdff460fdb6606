#include "server/services/task/task_fixture.h"

namespace minato::task {
namespace {

using GetTaskTest = TaskFixture;

TEST_F(GetTaskTest, ShowsARunningTaskWithItsAttempt) {
  const int64_t id = Enqueue()->task_id();
  clock.Advance(absl::Seconds(3));
  Claim();
  const v1::Task task = *Get(id);
  EXPECT_EQ(task.state(), v1::TASK_STATE_RUNNING);
  EXPECT_EQ(task.attempts(), 1);
  EXPECT_EQ(task.update_time().seconds(), task.create_time().seconds() + 3);
  EXPECT_FALSE(task.has_next_attempt_time());
}

TEST_F(GetTaskTest, NamesATaskThatIsNotThere) {
  const Status status = Get(7).status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(MessageOf(status), "task 7 does not exist");
}

}  // namespace
}  // namespace minato::task

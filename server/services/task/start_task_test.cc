#include "server/services/task/task_fixture.h"

namespace minato::task {
namespace {

using StartTaskTest = TaskFixture;

TEST_F(StartTaskTest, AnswersTheTaskThatWillFail) {
  const v1::StartTaskResponse response = *Call(&StartTask, v1::StartTaskRequest());
  EXPECT_EQ(response.message(), "Task started");
  EXPECT_EQ(initial_metadata, kAccepted);
  EXPECT_EQ(Get(response.task_id())->kind(), v1::TASK_KIND_DEMO);
}

}  // namespace
}  // namespace minato::task

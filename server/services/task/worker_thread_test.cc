#include "server/services/task/worker_thread.h"

#include "server/services/task/task_fixture.h"

namespace minato::task {
namespace {

using WorkerThreadTest = TaskFixture;

TEST_F(WorkerThreadTest, RunsWhatOtherThreadsEnqueueUntilItIsDrained) {
  WorkerThread thread(env->workers);
  for (int i = 0; i < 50; ++i) {
    const int64_t id = Enqueue()->task_id();
    while (Get(id)->state() != v1::TASK_STATE_SUCCEEDED) {
    }
  }
  thread.Drain(absl::Seconds(10));
  thread.Drain(absl::Seconds(10));
  const int64_t id = Enqueue()->task_id();
  EXPECT_EQ(Get(id)->state(), v1::TASK_STATE_QUEUED);
}

TEST_F(WorkerThreadTest, EndsEvenWhenItHasJustBegun) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(Enqueue().ok());
    { const WorkerThread thread(env->workers); }
    Reopen();
  }
}

}  // namespace
}  // namespace minato::task

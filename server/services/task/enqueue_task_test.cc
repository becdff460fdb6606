#include "server/services/task/task_fixture.h"

namespace minato::task {
namespace {

using EnqueueTaskTest = TaskFixture;

TEST_F(EnqueueTaskTest, AnswersOnceTheTaskIsInTheQueue) {
  const v1::EnqueueTaskResponse response = *Enqueue("r-1", 2);
  EXPECT_EQ(response.message(), "Task enqueued");
  EXPECT_EQ(initial_metadata, kAccepted);
  const v1::Task task = *Get(response.task_id());
  EXPECT_EQ(task.kind(), v1::TASK_KIND_PAYLOAD);
  EXPECT_EQ(task.state(), v1::TASK_STATE_QUEUED);
  EXPECT_EQ(task.attempts(), 0);
  EXPECT_EQ(task.attempts_max(), 5);
  EXPECT_EQ(task.request_id(), "r-1");
  EXPECT_EQ(task.create_time().seconds(), absl::ToUnixSeconds(clock.Now()));
  EXPECT_EQ(task.next_attempt_time().seconds(), absl::ToUnixSeconds(clock.Now()));
}

TEST_F(EnqueueTaskTest, ARepeatedRequestIdAnswersTheTaskOfTheFirstCallEvenAfterACrash) {
  const int64_t id = Enqueue("r-1")->task_id();
  EXPECT_EQ(Enqueue("r-1", 7)->task_id(), id);
  Reopen();
  EXPECT_EQ(Enqueue("r-1")->task_id(), id);
  EXPECT_NE(Enqueue("r-2")->task_id(), id);
  EXPECT_EQ(CountTasks(), 2u);
}

TEST_F(EnqueueTaskTest, WithoutARequestIdEachCallEnqueuesAnew) {
  EXPECT_NE(Enqueue()->task_id(), Enqueue()->task_id());
}

TEST_F(EnqueueTaskTest, TheSameRequestIdOfAnotherMethodIsAnotherRequest) {
  v1::StartTaskRequest start;
  start.set_request_id("r-1");
  EXPECT_NE(Call(&StartTask, start)->task_id(), Enqueue("r-1")->task_id());
}

TEST_F(EnqueueTaskTest, AFullQueueRefusesWhatIsNewAndTakesMoreOnceATaskHasEnded) {
  config.unfinished_max = 2;
  Reopen();
  EXPECT_TRUE(Enqueue("r-1").ok());
  EXPECT_TRUE(Enqueue("r-2").ok());
  const Status refused = Enqueue("r-3").status();
  EXPECT_EQ(refused.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(MessageOf(refused), "the task queue is full: 2 tasks wait or run, 1 more would exceed 2");
  EXPECT_TRUE(Enqueue("r-1").ok()) << "a repetition enqueues nothing";

  const Lease lease = Claim(1).tasks.front().lease;
  EXPECT_EQ(Enqueue("r-3").status().code(), StatusCode::kResourceExhausted) << "running counts";
  EXPECT_TRUE(*Write<bool>([=, this](sqlite::Connection& db) -> StatusOr<bool> {
    TRY(SucceedTask(db, lease, "done", clock.Now()));
    return true;
  }));
  EXPECT_TRUE(Enqueue("r-3").ok());
}

TEST_F(EnqueueTaskTest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(MessageOf(Call(&EnqueueTask, v1::EnqueueTaskRequest()).status()), "payload: is required, and may be {}");
  EXPECT_EQ(MessageOf(Enqueue("a b").status()), "request_id: up to 128 printable ASCII characters");
  v1::EnqueueTaskRequest large;
  (*large.mutable_payload()->mutable_fields())["x"].set_string_value(std::string(256 * 1024, 'x'));
  EXPECT_TRUE(MessageOf(Call(&EnqueueTask, large).status()).starts_with("payload: has 2621"));
  EXPECT_EQ(CountTasks(), 0u);
}

}  // namespace
}  // namespace minato::task

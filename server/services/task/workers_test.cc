#include "server/services/task/workers.h"

#include <map>

#include "runtime/sleep.h"
#include "server/services/task/task_fixture.h"

namespace minato::task {
namespace {

// Does what the test says, attempt by attempt.
class ScriptedRunner final : public Runner {
 public:
  Task<StatusOr<std::string>> Run(const ClaimedTask& task) override {
    started.push_back(task.lease);
    most_at_once = std::max(most_at_once, ++at_once);
    const Status released = co_await go_on.Wait();
    --at_once;
    if (!released.ok()) co_return released;
    if (failures.empty()) co_return "done";
    const Status failure = failures.front();
    failures.erase(failures.begin());
    co_return failure;
  }

  std::vector<Lease> started;
  size_t at_once = 0;
  size_t most_at_once = 0;
  std::vector<Status> failures;  // of the next attempts, in order; then they succeed
  Event go_on;                   // set, unless the test wants attempts to wait
};

struct WorkersTest : TaskFixture {
  WorkersTest() { runner.go_on.Set(); }

  void Start() {
    workers.emplace(config.workers, *env->database, runner);
    scope.emplace(loop);
    scope->Spawn(workers->Run());
  }
  void Stop(absl::Duration bound = absl::Hours(1)) {
    workers->Drain(bound);
    EXPECT_TRUE(loop.Run(scope->Join()).ok());
    scope.reset();
    workers.reset();
  }

  v1::Task AwaitState(int64_t id, v1::TaskState state) {
    workers->Wake();
    for (;;) {
      v1::Task task = *Get(id);
      if (task.state() == state) return task;
    }
  }
  void AwaitStarted(size_t count) {
    workers->Wake();
    while (runner.started.size() < count) static_cast<void>(Get(1));
  }
  // Lets the workers see the new time, and do what they write at once.
  void AdvanceTo(absl::Time when) {
    clock.Advance(when - clock.Now());
    static_cast<void>(Get(1));
    Claim(0);  // a write behind theirs
  }
  std::vector<std::string> Effects(int64_t task_id) {
    using Lines = std::vector<std::string>;
    return *Write<Lines>([=](sqlite::Connection& db) -> StatusOr<Lines> {
      sqlite::Query query(db, "SELECT effect FROM effects WHERE task_id = ?", task_id);
      Lines lines;
      for (;;) {
        TRY(const bool row, query.Next());
        if (!row) return lines;
        lines.push_back(query.Text(0));
      }
    });
  }
  static absl::Time NextAttempt(const v1::Task& task) {
    return absl::FromUnixSeconds(task.next_attempt_time().seconds()) +
           absl::Nanoseconds(task.next_attempt_time().nanos());
  }

  ScriptedRunner runner;
  std::optional<TaskWorkers> workers;
  std::optional<Scope> scope;
};

TEST_F(WorkersTest, ATaskIsRunAndItsEffectIsRecordedWithItsEnd) {
  Start();
  const int64_t id = Enqueue()->task_id();
  EXPECT_EQ(AwaitState(id, v1::TASK_STATE_SUCCEEDED).attempts(), 1);
  EXPECT_EQ(Effects(id), std::vector<std::string>{"done"});
  Stop();
}

TEST_F(WorkersTest, OnlySoManyRunAtATimeAndInTheOrderOfTheQueue) {
  config.workers.running_max = 2;
  runner.go_on.Reset();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Enqueue().ok());
  Start();
  AwaitStarted(2);
  runner.go_on.Set();
  AwaitState(5, v1::TASK_STATE_SUCCEEDED);
  EXPECT_EQ(runner.most_at_once, 2u);
  EXPECT_EQ(runner.started.front().task_id, 1);
  EXPECT_EQ(runner.started.size(), 5u);
  Stop();
}

TEST_F(WorkersTest, AFailedAttemptIsRepeatedAfterItsPauseWithTheErrorOnTheTask) {
  runner.failures = {Unavailable("no line"), Unavailable("engaged")};
  Start();
  const int64_t id = Enqueue()->task_id();
  AwaitStarted(1);
  v1::Task waiting = AwaitState(id, v1::TASK_STATE_QUEUED);
  EXPECT_EQ(waiting.error(), "no line");
  EXPECT_EQ(NextAttempt(waiting) - clock.Now(), absl::Floor(RetryPause(config.workers, 1, id), absl::Microseconds(1)));

  AdvanceTo(NextAttempt(waiting) - absl::Milliseconds(1));
  EXPECT_EQ(runner.started.size(), 1u);
  AdvanceTo(NextAttempt(waiting));
  AwaitStarted(2);
  waiting = AwaitState(id, v1::TASK_STATE_QUEUED);
  EXPECT_EQ(waiting.error(), "engaged");
  AdvanceTo(NextAttempt(waiting));
  const v1::Task done = AwaitState(id, v1::TASK_STATE_SUCCEEDED);
  EXPECT_EQ(done.attempts(), 3);
  EXPECT_EQ(done.error(), "");
  EXPECT_EQ(Effects(id).size(), 1u);
  Stop();
}

TEST_F(WorkersTest, ATaskFailsWithItsLastAttemptAndKeepsTheError) {
  config.attempts_max = 1;
  Reopen();
  runner.failures = {Unavailable("no line")};
  Start();
  const int64_t id = Enqueue()->task_id();
  EXPECT_EQ(AwaitState(id, v1::TASK_STATE_FAILED).error(), "no line");
  EXPECT_TRUE(Effects(id).empty());
  Stop();
}

TEST_F(WorkersTest, AnErrorThatWouldOnlyRepeatEndsTheTaskAtOnce) {
  runner.failures = {InvalidArgument("no such address")};
  Start();
  const v1::Task task = AwaitState(Enqueue()->task_id(), v1::TASK_STATE_FAILED);
  EXPECT_EQ(task.error(), "no such address");
  EXPECT_EQ(task.attempts(), 1);
  Stop();
}

TEST_F(WorkersTest, WhatACrashLeftRunningRunsAgainAtOnce) {
  const int64_t id = Enqueue("r-1")->task_id();
  EXPECT_EQ(Claim().tasks.size(), 1u);
  Reopen();
  EXPECT_EQ(Get(id)->state(), v1::TASK_STATE_RUNNING);
  Start();
  EXPECT_EQ(AwaitState(id, v1::TASK_STATE_SUCCEEDED).attempts(), 2);
  EXPECT_EQ(Enqueue("r-1")->task_id(), id);
  EXPECT_EQ(Effects(id).size(), 1u);
  Stop();
}

TEST_F(WorkersTest, ATaskWhoseWorkersAreLostEachTimeFailsInTheEnd) {
  config.attempts_max = 1;
  Reopen();
  const int64_t id = Enqueue()->task_id();
  Claim();
  Start();
  EXPECT_EQ(AwaitState(id, v1::TASK_STATE_FAILED).error(), "the worker of the last attempt was lost");
  EXPECT_TRUE(runner.started.empty());
  Stop();
}

TEST_F(WorkersTest, ALeaseThatEndsPassesTheTaskOnAndItsOldHolderChangesNothing) {
  const int64_t id = Enqueue()->task_id();
  const Lease old = Claim().tasks.front().lease;
  clock.Advance(config.workers.lease - absl::Milliseconds(1));
  EXPECT_TRUE(Claim().tasks.empty());
  clock.Advance(absl::Milliseconds(1));
  const Lease current = Claim().tasks.front().lease;
  EXPECT_EQ(current.attempt, 2);

  const auto succeed = [this](const Lease& lease) {
    return Write<bool>([=, this](sqlite::Connection& db) -> StatusOr<bool> {
      TRY(SucceedTask(db, lease, "done", clock.Now()));
      return true;
    });
  };
  EXPECT_EQ(succeed(old).status().code(), StatusCode::kAborted);
  EXPECT_EQ(Get(id)->state(), v1::TASK_STATE_RUNNING);
  EXPECT_TRUE(succeed(current).ok());
  EXPECT_EQ(succeed(current).status().code(), StatusCode::kAborted);
  EXPECT_EQ(Effects(id).size(), 1u);
}

TEST_F(WorkersTest, ALongTaskKeepsItsLease) {
  runner.go_on.Reset();
  Start();
  const int64_t id = Enqueue()->task_id();
  AwaitStarted(1);
  for (int third = 0; third < 9; ++third) {
    AdvanceTo(clock.Now() + config.workers.lease / 3);
    EXPECT_TRUE(Claim(100).tasks.empty());
  }
  runner.go_on.Set();
  EXPECT_EQ(AwaitState(id, v1::TASK_STATE_SUCCEEDED).attempts(), 1);
  Stop();
}

TEST_F(WorkersTest, AnAttemptThatTakesTooLongIsCancelledAndRetried) {
  config.workers.attempt_timeout = absl::Seconds(20);
  runner.go_on.Reset();
  Start();
  const int64_t id = Enqueue()->task_id();
  AwaitStarted(1);
  AdvanceTo(clock.Now() + absl::Seconds(10));
  EXPECT_EQ(Get(id)->state(), v1::TASK_STATE_RUNNING);
  AdvanceTo(clock.Now() + absl::Seconds(10));
  EXPECT_EQ(AwaitState(id, v1::TASK_STATE_QUEUED).error(), "the attempt took longer than 20s");
  Stop();
}

TEST_F(WorkersTest, DrainingLetsRunningTasksEndAndLeavesTheOthersInTheQueue) {
  config.workers.running_max = 1;
  runner.go_on.Reset();
  Start();
  const int64_t running = Enqueue()->task_id();
  const int64_t waiting = Enqueue()->task_id();
  AwaitStarted(1);
  workers->Drain(absl::Hours(1));
  runner.go_on.Set();
  EXPECT_TRUE(loop.Run(scope->Join()).ok());
  EXPECT_EQ(Get(running)->state(), v1::TASK_STATE_SUCCEEDED);
  EXPECT_EQ(Get(waiting)->state(), v1::TASK_STATE_QUEUED);
}

TEST_F(WorkersTest, WhatDoesNotEndInTimeGoesBackToTheQueueAsIfNeverStarted) {
  runner.go_on.Reset();
  Start();
  const int64_t id = Enqueue()->task_id();
  AwaitStarted(1);
  Stop(absl::ZeroDuration());
  const v1::Task task = *Get(id);
  EXPECT_EQ(task.state(), v1::TASK_STATE_QUEUED);
  EXPECT_EQ(task.attempts(), 0);
}

struct RetentionTest : WorkersTest {
  bool IsKept(int64_t id) { return Get(id).ok(); }
  // The upkeep wakes and writes, batch by batch; every write here is behind one of its.
  void LetPrune() {
    workers->Wake();
    for (int batch = 0; batch < 8; ++batch) AdvanceTo(clock.Now());
  }
};

TEST_F(RetentionTest, ATaskIsKeptForSoLongAfterItsEndAndThenForgottenWithItsEffectAndRequestId) {
  Start();
  const int64_t old = Enqueue("r-1")->task_id();
  AwaitState(old, v1::TASK_STATE_SUCCEEDED);
  AdvanceTo(clock.Now() + absl::Hours(24));
  const int64_t recent = Enqueue("r-2")->task_id();
  AwaitState(recent, v1::TASK_STATE_SUCCEEDED);

  AdvanceTo(clock.Now() + config.workers.retention - absl::Hours(25));
  LetPrune();
  EXPECT_TRUE(IsKept(old));
  AdvanceTo(clock.Now() + absl::Hours(2));
  LetPrune();
  EXPECT_FALSE(IsKept(old));
  EXPECT_TRUE(Effects(old).empty());
  EXPECT_TRUE(IsKept(recent));
  EXPECT_EQ(Enqueue("r-2")->task_id(), recent);
  EXPECT_GT(Enqueue("r-1")->task_id(), recent);
  Stop();
}

TEST_F(RetentionTest, ManyGoInBatchesAndWhatHasNotEndedStays) {
  config.workers.prune_batch_max = 2;
  config.workers.running_max = 10;
  config.attempts_max = 1;
  Reopen();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Enqueue().ok());
  Start();
  for (int64_t id = 1; id <= 5; ++id) AwaitState(id, v1::TASK_STATE_SUCCEEDED);
  Stop();
  const int64_t waiting = Enqueue()->task_id();
  clock.Advance(config.workers.retention + absl::Seconds(1));
  runner.go_on.Reset();
  Start();
  AwaitStarted(6);
  LetPrune();
  EXPECT_EQ(CountTasks(), 1u);
  EXPECT_TRUE(IsKept(waiting));
  runner.go_on.Set();
  Stop();
}

TEST_F(RetentionTest, ZeroKeepsTasksForEver) {
  config.workers.retention = absl::ZeroDuration();
  Start();
  const int64_t id = Enqueue()->task_id();
  AwaitState(id, v1::TASK_STATE_SUCCEEDED);
  AdvanceTo(clock.Now() + absl::Hours(24 * 3650));
  LetPrune();
  EXPECT_TRUE(IsKept(id));
  Stop();
}

// A call that made several: the id stands for all of them as long as one is left.
TEST_F(RetentionTest, ARequestIdIsKeptWithTheLastOfItsTasks) {
  v1::ProcessBatchRequest request;
  request.set_request_id("r-1");
  request.add_batches()->set_number_value(1);
  request.add_batches()->set_number_value(2);
  const auto first = Call(&ProcessBatch, request);
  ASSERT_TRUE(first.ok());
  const auto prune = [this](absl::Time ended_before) {
    return *Write<size_t>([=](sqlite::Connection& db) { return PruneTasks(db, ended_before, 100); });
  };
  const auto succeed = [this](const Lease& lease) {
    return *Write<bool>([=, this](sqlite::Connection& db) -> StatusOr<bool> {
      TRY(SucceedTask(db, lease, "done", clock.Now()));
      return true;
    });
  };
  const Claims claims = Claim();
  ASSERT_EQ(claims.tasks.size(), 2u);
  EXPECT_TRUE(succeed(claims.tasks[0].lease));
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(prune(clock.Now()), 1u);
  EXPECT_EQ(Call(&ProcessBatch, request)->SerializeAsString(), first->SerializeAsString());
  EXPECT_TRUE(succeed(claims.tasks[1].lease));
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(prune(clock.Now()), 1u);
  EXPECT_NE(Call(&ProcessBatch, request)->SerializeAsString(), first->SerializeAsString());
}

TEST(RetryPause, DoublesUpToItsBoundAndSpreadsByTask) {
  const WorkersConfig config;
  EXPECT_EQ(RetryPause(config, 1, 0), absl::Seconds(1));
  EXPECT_EQ(RetryPause(config, 4, 0), absl::Seconds(8));
  EXPECT_EQ(RetryPause(config, 1'000'000'000, 0), absl::Minutes(5));
  bool differ = false;
  for (int64_t id = 1; id <= 100; ++id) {
    const absl::Duration pause = RetryPause(config, 1, id);
    EXPECT_GE(pause, absl::Seconds(1));
    EXPECT_LT(pause, absl::Milliseconds(1250));
    differ |= pause != RetryPause(config, 1, 1);
  }
  EXPECT_TRUE(differ);
}

}  // namespace
}  // namespace minato::task

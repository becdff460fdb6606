#include "runtime/blocking_pool.h"

#include <atomic>
#include <latch>
#include <stdexcept>

#include <gtest/gtest.h>

#include "runtime/scope.h"
#include "runtime/test_loop.h"

namespace minato {
namespace {

Task<StatusOr<std::thread::id>> WhereItRuns(BlockingPool& pool) {
  co_return co_await pool.Run([]() -> StatusOr<std::thread::id> { return std::this_thread::get_id(); });
}

TEST(BlockingPool, RunsElsewhereAndComesHome) {
  BlockingPool pool("the test's threads", 2);
  TestLoop loop;
  const StatusOr<std::thread::id> where = loop.Run(WhereItRuns(pool));
  ASSERT_TRUE(where.ok());
  EXPECT_NE(*where, std::this_thread::get_id());
}

// One thread that is held until `release`, so that what comes after it waits in line.
struct Held {
  std::latch started{1};
  std::latch release{1};
  std::atomic<int> ran{0};
};

Task<Status> Hold(BlockingPool& pool, Held& held) {
  co_return co_await pool.Run([&held]() -> Status {
    held.started.count_down();
    held.release.wait();
    return OkStatus();
  });
}

Task<Status> Count(BlockingPool& pool, Held& held) {
  co_return co_await pool.Run([&held]() -> Status {
    ++held.ran;
    return OkStatus();
  });
}

Task<void> Keep(Task<Status> task, Status& result) { result = co_await std::move(task); }

Task<Status> OneTooMany(BlockingPool& pool, Held& held) {
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  scope.Spawn(Hold(pool, held));
  held.started.wait();
  Status first;
  scope.Spawn(Keep(Count(pool, held), first));
  const Status refused = co_await Count(pool, held);
  held.release.count_down();
  CO_TRY(co_await scope.Join());
  CO_TRY(first);
  co_return refused;
}

TEST(BlockingPool, RefusesWhatDoesNotFitInItsLine) {
  BlockingPool pool("the test's threads", 1, 1);
  TestLoop loop;
  Held held;
  const Status refused = loop.Run(OneTooMany(pool, held));
  EXPECT_EQ(refused.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(MessageOf(refused), "the test's threads are busy: 1 jobs wait (waiting_max)");
  EXPECT_EQ(held.ran, 1);
}

Task<Status> CancelTheOneInLine(BlockingPool& pool, Held& held) {
  const TaskContext& context = co_await CurrentContext();
  Scope holding(context);
  holding.Spawn(Hold(pool, held));
  held.started.wait();
  Status waiting;
  Scope scope(context);
  scope.Spawn(Keep(Count(pool, held), waiting));
  scope.Cancel(Cancelled("not needed any more"));
  CO_TRY(co_await scope.Join());  // does not wait for the thread, which is still held
  held.release.count_down();
  CO_TRY(co_await holding.Join());
  co_return waiting;
}

TEST(BlockingPool, TakesBackWorkThatStillWaitsWhenItsTaskIsCancelled) {
  BlockingPool pool("the test's threads", 1);
  TestLoop loop;
  Held held;
  const Status waiting = loop.Run(CancelTheOneInLine(pool, held));
  EXPECT_EQ(MessageOf(waiting), "not needed any more");
  EXPECT_EQ(held.ran, 0);
}

Task<Status> CountAfterItsDeadline(BlockingPool& pool, Held& held) {
  const TaskContext& context = co_await CurrentContext();
  const TaskContext late{context.home, context.cancel, context.home->Now()};
  co_return co_await InContext<Status>(late, Count(pool, held));
}

TEST(BlockingPool, DoesNotTakeWorkWhoseDeadlineHasPassed) {
  BlockingPool pool("the test's threads", 1);
  TestLoop loop;
  Held held;
  const Status late = loop.Run(CountAfterItsDeadline(pool, held));
  EXPECT_EQ(late.code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(held.ran, 0);
}

// Fills the line of one with work that is late when it is asked for: a full line must not hide that.
Task<Status> LateInAFullLine(BlockingPool& pool, Held& held) {
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  scope.Spawn(Hold(pool, held));
  held.started.wait();
  scope.Spawn(Count(pool, held));
  const Status late = co_await CountAfterItsDeadline(pool, held);
  held.release.count_down();
  CO_TRY(co_await scope.Join());
  co_return late;
}

TEST(BlockingPool, SaysThatTheDeadlineHasPassedEvenWhenItsLineIsFull) {
  BlockingPool pool("the test's threads", 1, 1);
  TestLoop loop;
  Held held;
  EXPECT_EQ(loop.Run(LateInAFullLine(pool, held)).code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(held.ran, 1);
}

Task<StatusOr<int>> Throw(BlockingPool& pool) {
  co_return co_await pool.Run([]() -> StatusOr<int> { throw std::runtime_error("the file is a folder"); });
}

TEST(BlockingPool, TurnsWhatItsWorkThrowsIntoAStatusForWhoeverAwaitsIt) {
  BlockingPool pool("the test's threads", 1);
  TestLoop loop;
  for (int i = 0; i < 2; ++i) {  // the thread goes on
    const StatusOr<int> thrown = loop.Run(Throw(pool));
    EXPECT_EQ(thrown.status().code(), StatusCode::kInternal);
    EXPECT_EQ(MessageOf(thrown.status()), "uncaught exception: the file is a folder");
  }
}

}  // namespace
}  // namespace minato

#include "runtime/deadline.h"

#include <gtest/gtest.h>

#include "runtime/manual_executor.h"
#include "runtime/sleep.h"

namespace minato {
namespace {

Task<StatusOr<int>> After(absl::Duration delay, int value) {
  CO_TRY(co_await Sleep(delay));
  co_return value;
}

TEST(WithTimeout, GivesWhatCameInTime) {
  ManualExecutor loop;
  EXPECT_EQ(*loop.Run(WithTimeout(absl::Seconds(2), After(absl::Seconds(1), 7))), 7);
}

TEST(WithTimeout, CancelsWhatDoesNot) {
  ManualExecutor loop;
  const absl::Time start = loop.Now();
  const StatusOr<int> late = loop.Run(WithTimeout(absl::Seconds(1), After(absl::Hours(1), 7)));
  EXPECT_EQ(late.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(loop.Now() - start, absl::Seconds(1));
}

Task<Status> SlowToStop(bool& stopped) {
  const Status slept = co_await Sleep(absl::Hours(1));
  stopped = true;
  co_return slept;
}

Task<Status> Outer(bool& stopped) { co_return co_await WithTimeout(absl::Seconds(1), SlowToStop(stopped)); }

TEST(WithTimeout, WaitsForWhatItCancelled) {
  ManualExecutor loop;
  bool stopped = false;
  EXPECT_EQ(loop.Run(Outer(stopped)).code(), StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(stopped);
}

Task<StatusOr<absl::Duration>> TimeLeft() {
  const TaskContext& context = co_await CurrentContext();
  co_return context.deadline - context.home->Now();
}

TEST(WithTimeout, NeverMovesADeadlineBack) {
  ManualExecutor loop;
  EXPECT_EQ(*loop.Run(WithTimeout(absl::Seconds(1), WithTimeout(absl::Seconds(9), TimeLeft()))), absl::Seconds(1));
  EXPECT_EQ(*loop.Run(WithTimeout(absl::Seconds(9), WithTimeout(absl::Seconds(1), TimeLeft()))), absl::Seconds(1));
}

}  // namespace
}  // namespace minato

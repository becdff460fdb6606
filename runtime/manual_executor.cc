#include "runtime/manual_executor.h"

#include <algorithm>

namespace minato {

void ManualExecutor::RunUntilIdle() {
  Entered entered(*this);
  while (RunReady()) {
  }
}

void ManualExecutor::Advance(absl::Duration by) {
  const absl::Time end = Now() + by;
  RunUntilIdle();
  while (timers().Next() <= end) {
    manual_clock.Advance(std::max(timers().Next() - Now(), absl::ZeroDuration()));
    RunUntilIdle();
  }
  manual_clock.Advance(end - Now());
}

void ManualExecutor::AdvanceToNextTimer() {
  const absl::Time next = timers().Next();
  CHECK(next != absl::InfiniteFuture(), "the task waits for something that no timer will bring");
  manual_clock.Advance(std::max(next - Now(), absl::ZeroDuration()));
}

}  // namespace minato

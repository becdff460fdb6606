// The executor of unit tests: one thread, a clock that the test moves, nothing happens by itself.
//
//   ManualExecutor loop;
//   EXPECT_EQ(loop.Run(Fetch(feed)).value().price, 1250);     drives it until the task is done
//   loop.Advance(absl::Seconds(60));                          fires timers on the way, in order
#pragma once

#include <optional>

#include "runtime/scope.h"

namespace minato {

namespace internal {
struct OwnsManualClock {
  ManualClock manual_clock;
};
}  // namespace internal

class ManualExecutor final : private internal::OwnsManualClock, public Executor {
 public:
  ManualExecutor() : Executor(manual_clock) {}
  ~ManualExecutor() override { AwaitWakers(); }

  // Runs until nothing is ready. Posts from other threads are seen if they came before.
  void RunUntilIdle();

  // Moves the clock, stopping at each timer on the way to run what it makes ready.
  void Advance(absl::Duration by);

  // Starts `task` and runs until it is done, moving the clock from timer to timer when nothing is ready.
  // CHECKs that it can go on: a task that waits for another thread needs RunUntil.
  template <typename T>
  T Run(Task<T> task) {
    std::optional<T> result;
    Enter([&] { tests_.Spawn(Store(std::move(task), &result)); });
    RunUntilDone([&] { return result.has_value(); });
    return *std::move(result);
  }
  void Run(Task<void> task) { Run(Done(std::move(task))); }

  // Calls `function` as code of this executor, as if it had been posted.
  template <typename F>
  void Enter(F&& function) {
    Entered entered(*this);
    function();
  }

  // Starts `task` and leaves it; it must end before the executor does.
  void Spawn(Task<void> task) {
    Enter([&] { tests_.Spawn(std::move(task)); });
  }

 private:
  template <typename T>
  static Task<void> Store(Task<T> task, std::optional<T>* result) {
    T value = co_await std::move(task);
    result->emplace(std::move(value));
  }
  static Task<bool> Done(Task<void> task) {
    co_await std::move(task);
    co_return true;
  }

  void Wake() override {}
  template <typename Predicate>
  void RunUntilDone(Predicate done) {
    while (!done()) {
      RunUntilIdle();
      if (!done()) AdvanceToNextTimer();
    }
  }
  void AdvanceToNextTimer();

  Scope tests_{static_cast<Executor&>(*this)};
};

}  // namespace minato

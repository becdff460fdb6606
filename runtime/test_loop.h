// An executor on real time for tests whose work is done by other threads.
//
//   TestLoop loop;
//   EXPECT_TRUE(loop.Run(client.Get(url)).ok());
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include "runtime/scope.h"

namespace minato {

class TestLoop final : public Executor {
 public:
  // With another clock than the real one, timers fire when the test has moved it and something wakes the loop.
  explicit TestLoop(const Clock& clock = Clock::Real()) : Executor(clock) {}
  ~TestLoop() override { AwaitWakers(); }

  // Runs `task`, and what else belongs to the loop, until the task is done.
  template <typename T>
  T Run(Task<T> task) {
    const Entered entered(*this);
    Scope scope(*this);
    std::optional<T> result;
    scope.Spawn(Store(std::move(task), result));
    while (!result.has_value()) {
      const bool more = RunReady();
      if (!result.has_value() && !more) Wait();
    }
    return *std::move(result);
  }

 private:
  template <typename T>
  static Task<void> Store(Task<T> task, std::optional<T>& result) {
    T value = co_await std::move(task);
    result.emplace(std::move(value));
  }

  void Wake() override {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    condition_.notify_one();
  }

  void Wait() {
    std::unique_lock lock(mutex_);
    const auto woken = [this] { return woken_; };
    if (timers().Next() == absl::InfiniteFuture()) {
      condition_.wait(lock, woken);
    } else {
      condition_.wait_for(lock, absl::ToChronoNanoseconds(timers().Next() - Now()), woken);
    }
    woken_ = false;
  }

  std::mutex mutex_;
  std::condition_variable condition_;
  bool woken_ = false;
};

}  // namespace minato

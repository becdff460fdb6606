#include "runtime/cq/cq_executor.h"

#include <deque>
#include <optional>
#include <thread>
#include <vector>

#include <grpcpp/completion_queue.h>
#include <gtest/gtest.h>

#include "runtime/event.h"
#include "runtime/scope.h"
#include "runtime/sleep.h"

namespace minato {
namespace {

// A queue with its executor on a thread of its own.
class Loop {
 public:
  Loop() : executor_(queue_), thread_([this] { executor_.Run(); }) {}
  ~Loop() {
    executor_.Shutdown();
    thread_.join();
  }
  CqExecutor& executor() { return executor_; }

 private:
  grpc::CompletionQueue queue_;
  CqExecutor executor_;
  std::thread thread_;
};

// Counts on the loop's thread; whoever posted the last piece may wait for it.
class Counted : public Work {
 public:
  Counted(std::atomic<int>& left, const CqExecutor& home) : Work(&Run), left_(left), home_(home) {}

 private:
  static void Run(Work& work) {
    auto& self = static_cast<Counted&>(work);
    EXPECT_TRUE(self.home_.IsCurrent());
    // With the last one counted, this object may be gone.
    std::atomic<int>& left = self.left_;
    if (--left == 0) left.notify_all();
  }
  std::atomic<int>& left_;
  const CqExecutor& home_;
};

void WaitForZero(const std::atomic<int>& left) {
  for (int now = left; now != 0; now = left) left.wait(now);
}

TEST(CqExecutor, RunsWhatManyThreadsPost) {
  constexpr int kThreads = 4;
  constexpr int kPieces = 10'000;
  Loop loop;
  std::atomic<int> left = kThreads * kPieces;
  std::deque<Counted> pieces;
  for (int i = 0; i < kThreads * kPieces; ++i) pieces.emplace_back(left, loop.executor());
  std::vector<std::thread> threads;
  for (int n = 0; n < kThreads; ++n) {
    threads.emplace_back([&, n] {
      for (int i = 0; i < kPieces; ++i) loop.executor().Post(pieces[n * kPieces + i]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  WaitForZero(left);
}

// Each post finds the loop asleep, or about to be: none may be lost.
TEST(CqExecutor, IsWokenByEveryPostThatFindsItIdle) {
  Loop loop;
  for (int i = 0; i < 5'000; ++i) {
    std::atomic<int> left = 1;
    Counted piece(left, loop.executor());
    loop.executor().Post(piece);
    WaitForZero(left);
  }
}

// Keeps the loop awake until it is told.
class Busy : public Work {
 public:
  explicit Busy(CqExecutor& home) : Work(&Run), home_(home) {}
  void End() { ended_ = true; }

 private:
  static void Run(Work& work) {
    auto& self = static_cast<Busy&>(work);
    if (!self.ended_) self.home_.Post(self);
  }
  CqExecutor& home_;
  std::atomic<bool> ended_{false};
};

// An alarm must not be set for a queue that was shut down: gRPC ends the process.
TEST(CqExecutor, ShutsDownThoughAThreadThatPostedIsAboutToWakeIt) {
  for (int i = 0; i < 500; ++i) {
    std::atomic<int> left = 1;
    std::optional<Loop> loop(std::in_place);
    CqExecutor& executor = loop->executor();
    Busy busy(executor);
    executor.Post(busy);
    Counted last(left, executor);
    std::thread poster([&] { executor.Post(last); });
    while (left != 0) std::this_thread::yield();
    busy.End();
    loop.reset();
    poster.join();
  }
}

// Starts a task at home, and lets another thread wait for its end.
class Started : public Work {
 public:
  Started(CqExecutor& home, Task<Status> task) : Work(&Run), home_(home), task_(std::move(task)) {
    home_.Post(*this);
    while (!ended_) ended_.wait(false);
  }
  const Status& status() const { return status_; }

 private:
  static void Run(Work& work) {
    auto& self = static_cast<Started&>(work);
    self.scope_.emplace(self.home_);
    self.scope_->Spawn(Outcome(std::move(self.task_), self));
  }
  static Task<void> Outcome(Task<Status> task, Started& self) {
    self.status_ = co_await std::move(task);
    self.gone_.Begin(self);
  }
  // The scope goes after the coroutine in it.
  struct Gone : Work {
    Gone() : Work(&Run) {}
    void Begin(Started& owner) {
      started = &owner;
      owner.home_.Post(*this);
    }
    static void Run(Work& work) {
      Started& started = *static_cast<Gone&>(work).started;
      started.scope_.reset();
      std::atomic<bool>& ended = started.ended_;
      ended = true;
      ended.notify_all();
    }
    Started* started = nullptr;
  };

  CqExecutor& home_;
  Task<Status> task_;
  std::optional<Scope> scope_;
  Status status_;
  Gone gone_;
  std::atomic<bool> ended_{false};
};

Task<Status> SleepInTurn(CqExecutor& home) {
  for (const int milliseconds : {3, 1, 2}) {
    const absl::Time began = home.Now();
    CO_TRY(co_await Sleep(absl::Milliseconds(milliseconds)));
    EXPECT_GE(home.Now() - began, absl::Milliseconds(milliseconds));
    EXPECT_TRUE(home.IsCurrent());
  }
  co_return OkStatus();
}

TEST(CqExecutor, FiresTimersWhileItWaitsForEvents) {
  Loop loop;
  const Started started(loop.executor(), SleepInTurn(loop.executor()));
  EXPECT_TRUE(started.status().ok()) << started.status();
}

}  // namespace
}  // namespace minato

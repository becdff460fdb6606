#include "runtime/executor.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/run_on.h"
#include "runtime/sleep.h"
#include "runtime/test_loop.h"

namespace minato {
namespace {

// A loop on a thread of its own, until it goes.
class LoopThread {
 public:
  LoopThread()
      : thread_([this] { const Status stopped = loop_.Run(Wait(stop_)); }) {}
  ~LoopThread() {
    loop_.Post(set_stop_);
    thread_.join();
  }
  Executor& executor() { return loop_; }

 private:
  struct SetStop : Work {
    explicit SetStop(Event& stop) : Work(&OnRun), stop(stop) {}
    static void OnRun(Work& work) { static_cast<SetStop&>(work).stop.Set(); }
    Event& stop;
  };
  static Task<Status> Wait(Event& stop) { co_return co_await stop.Wait(); }

  TestLoop loop_;
  Event stop_;
  SetStop set_stop_{stop_};
  std::thread thread_;
};

struct Arrival : Work {
  Arrival(std::vector<int>& log, int value) : Work(&OnRun), log(&log), value(value) {}
  static void OnRun(Work& work) {
    const auto& self = static_cast<Arrival&>(work);
    self.log->push_back(self.value);
  }
  std::vector<int>* log;
  int value;
};

TEST(Executor, RunsWhatManyThreadsPostAndKeepsTheOrderOfEach) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 20'000;
  std::vector<int> log;  // only the loop's thread touches it
  std::vector<std::unique_ptr<Arrival>> arrivals(kThreads * kPosts);
  {
    LoopThread loop;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = t * kPosts; i < (t + 1) * kPosts; ++i) {
          arrivals[i] = std::make_unique<Arrival>(log, i);
          loop.executor().Post(*arrivals[i]);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  ASSERT_EQ(log.size(), static_cast<size_t>(kThreads * kPosts));
  for (int t = 0; t < kThreads; ++t) {
    std::vector<int> of_thread;
    std::copy_if(log.begin(), log.end(), std::back_inserter(of_thread), [&](int i) { return i / kPosts == t; });
    EXPECT_TRUE(std::is_sorted(of_thread.begin(), of_thread.end()));
  }
}

// A loop that polls. Whoever wakes it takes his time: the work has run, and the loop's end has begun.
class SlowToBeWoken final : public Executor {
 public:
  explicit SlowToBeWoken(std::atomic<bool>& woken) : Executor(Clock::Real()), woken_(woken) {}
  ~SlowToBeWoken() override {
    ending_ = true;
    ending_.notify_all();
    AwaitWakers();
  }
  void RunOnce() {
    const Entered entered(*this);
    RunReady();
  }

 private:
  void Wake() override {
    ending_.wait(false);
    for (int i = 0; i < 1'000; ++i) std::this_thread::yield();
    woken_ = true;
  }
  std::atomic<bool> ending_{false};
  std::atomic<bool>& woken_;
};

TEST(Executor, EndsAfterTheThreadThatIsAboutToWakeIt) {
  std::atomic<bool> woken = false;
  std::vector<int> log;
  Arrival arrival(log, 1);
  std::thread poster;
  {
    SlowToBeWoken loop(woken);
    poster = std::thread([&] { loop.Post(arrival); });
    while (log.empty()) loop.RunOnce();
  }
  EXPECT_TRUE(woken);
  poster.join();
}

TEST(TimerQueue, FiresEachTimerOnceInTheOrderOfItsTime) {
  struct Recorded : Timer {
    explicit Recorded(std::vector<absl::Time>& log) : Timer(&OnFire), log(log) {}
    static void OnFire(Timer& timer) {
      const auto& self = static_cast<Recorded&>(timer);
      self.log.push_back(self.when);
    }
    std::vector<absl::Time>& log;
    absl::Time when;
  };
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  TimerQueue queue;
  std::vector<absl::Time> fired;
  std::vector<std::unique_ptr<Recorded>> timers;
  std::vector<absl::Time> expected;
  const absl::Time start = absl::FromUnixSeconds(0);
  for (int i = 0; i < 2000; ++i) {
    auto& timer = timers.emplace_back(std::make_unique<Recorded>(fired));
    timer->when = start + absl::Seconds(random() % 500);
    queue.Arm(*timer, timer->when);
  }
  for (size_t i = 0; i < timers.size(); ++i) {
    if (random() % 3 == 0) {
      queue.Disarm(*timers[i]);
    } else {
      expected.push_back(timers[i]->when);
    }
  }
  for (int second = 0; second < 500; second += 50) queue.FireDue(start + absl::Seconds(second));
  queue.FireDue(start + absl::Seconds(500));
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(fired, expected);
  EXPECT_EQ(queue.Next(), absl::InfiniteFuture());
}

Task<StatusOr<std::thread::id>> WhereAmI() { co_return std::this_thread::get_id(); }

struct There {
  std::thread::id during;
  std::thread::id after;
};

Task<There> GoAndComeBack(Executor& there) {
  StatusOr<std::thread::id> during = co_await RunOn(there, WhereAmI());
  co_return There{*during, std::this_thread::get_id()};
}

TEST(RunOn, RunsThereAndComesHome) {
  LoopThread other;
  TestLoop home;
  const There places = home.Run(GoAndComeBack(other.executor()));
  EXPECT_NE(places.during, std::this_thread::get_id());
  EXPECT_EQ(places.after, std::this_thread::get_id());
}

Task<Status> SleepLong() { co_return co_await Sleep(absl::Hours(1)); }
Task<Status> SleepLongThere(Executor& there) { co_return co_await RunOn(there, SleepLong()); }

Task<Status> CancelAcross(Executor& there) {
  const TaskContext& context = co_await CurrentContext();
  CancelSource cancel(context.cancel);
  const TaskContext cancelled{context.home, cancel.token(), context.deadline};
  Scope scope(cancelled);
  scope.Spawn(SleepLongThere(there));
  cancel.Cancel(Cancelled("enough"));
  co_return co_await scope.Join();
}

TEST(RunOn, ACancellationReachesTheTaskThere) {
  LoopThread other;
  TestLoop home;
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(home.Run(CancelAcross(other.executor())).ok());
}

Task<void> Visit(Executor& there) {
  StatusOr<std::thread::id> where = co_await RunOn(there, WhereAmI());
}

// Ends and cancellations that meet on their way.
Task<Status> Race(Executor& there) {
  const TaskContext& context = co_await CurrentContext();
  CancelSource cancel(context.cancel);
  const TaskContext racing{context.home, cancel.token(), context.deadline};
  Scope scope(racing);
  for (int i = 0; i < 20; ++i) scope.Spawn(Visit(there));
  CO_TRY(co_await Sleep(absl::Microseconds(20)));
  cancel.Cancel(Cancelled("meets the end"));
  co_return co_await scope.Join();
}

TEST(RunOn, AnEndAndACancellationMayMeet) {
  LoopThread other;
  TestLoop home;
  for (int i = 0; i < 500; ++i) EXPECT_TRUE(home.Run(Race(other.executor())).ok());
}

}  // namespace
}  // namespace minato

// What the runtime itself costs: an await, a child of a scope, a hop through a channel, a way to another thread.
#include <atomic>
#include <deque>
#include <thread>

#include <benchmark/benchmark.h>

#include "runtime/channel.h"
#include "runtime/deadline.h"
#include "runtime/io/asio_executor.h"
#include "runtime/manual_executor.h"
#include "runtime/run_on.h"
#include "runtime/semaphore.h"
#include "runtime/when_all.h"

namespace minato {
namespace {

Task<int> One() { co_return 1; }

Task<int> AwaitEach(benchmark::State& state) {
  int sum = 0;
  for (auto _ : state) {
    const int one = co_await One();
    sum += one;
  }
  co_return sum;
}

void BM_Await(benchmark::State& state) {
  ManualExecutor loop;
  benchmark::DoNotOptimize(loop.Run(AwaitEach(state)));
}
BENCHMARK(BM_Await);

Task<int> TimeoutEach(benchmark::State& state) {
  int sum = 0;
  for (auto _ : state) {
    const int one = co_await WithTimeout(absl::Seconds(1), One());
    sum += one;
  }
  co_return sum;
}

void BM_WithTimeout(benchmark::State& state) {
  ManualExecutor loop;
  benchmark::DoNotOptimize(loop.Run(TimeoutEach(state)));
}
BENCHMARK(BM_WithTimeout);

Task<void> Nothing() { co_return; }

Task<void> SpawnEach(benchmark::State& state) {
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  for (auto _ : state) scope.Spawn(Nothing());
  const Status joined = co_await scope.Join();
}

void BM_Spawn(benchmark::State& state) {
  ManualExecutor loop;
  loop.Run(SpawnEach(state));
}
BENCHMARK(BM_Spawn);

Task<int> WhenAllEach(benchmark::State& state) {
  int sum = 0;
  for (auto _ : state) {
    auto [a, b] = co_await WhenAll(One(), One());
    sum += a + b;
  }
  co_return sum;
}

void BM_WhenAllOfTwo(benchmark::State& state) {
  ManualExecutor loop;
  benchmark::DoNotOptimize(loop.Run(WhenAllEach(state)));
}
BENCHMARK(BM_WhenAllOfTwo);

Task<void> AcquireEach(benchmark::State& state) {
  Semaphore semaphore(1);
  for (auto _ : state) {
    StatusOr<Semaphore::Permit> permit = co_await semaphore.Acquire();
    benchmark::DoNotOptimize(permit);
  }
}

void BM_SemaphoreWithoutWait(benchmark::State& state) {
  ManualExecutor loop;
  loop.Run(AcquireEach(state));
}
BENCHMARK(BM_SemaphoreWithoutWait);

Task<Status> SendEach(benchmark::State& state, Channel<int>& channel) {
  for (auto _ : state) CO_TRY(co_await channel.Send(1));
  channel.Close();
  co_return OkStatus();
}

Task<Status> ReceiveAll(Channel<int>& channel) {
  for (;;) {
    const std::optional<int> item = co_await channel.Receive();
    if (!item.has_value()) co_return OkStatus();
  }
}

Task<Status> SendAndReceive(benchmark::State& state) {
  Channel<int> channel(state.range(0));
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  scope.Spawn(ReceiveAll(channel));
  scope.Spawn(SendEach(state, channel));
  co_return co_await scope.Join();
}

// By the channel's bound: with 1, every item suspends both sides.
void BM_ChannelHop(benchmark::State& state) {
  ManualExecutor loop;
  benchmark::DoNotOptimize(loop.Run(SendAndReceive(state)));
}
BENCHMARK(BM_ChannelHop)->Arg(1)->Arg(64);

// An executor on a thread of its own, until it goes.
class LoopThread {
 public:
  LoopThread() : thread_([this] { loop_.Run(); }) {}
  ~LoopThread() {
    loop_.Stop();
    thread_.join();
  }
  AsioExecutor& loop() { return loop_; }

 private:
  AsioExecutor loop_;
  std::thread thread_;
};

struct Counted : Work {
  explicit Counted(std::atomic<int>& left) : Work(&OnRun), left(left) {}
  static void OnRun(Work& work) {
    auto& left = static_cast<Counted&>(work).left;
    if (left.fetch_sub(1) == 1) left.notify_one();
  }
  std::atomic<int>& left;
};

void AwaitZero(const std::atomic<int>& left) {
  for (int now = left; now != 0; now = left) left.wait(now);
}

// Many posts on the way at once: what one costs when the other side is awake.
void BM_PostToBusyThread(benchmark::State& state) {
  constexpr int kBatch = 1'000;
  LoopThread other;
  std::atomic<int> left = 0;
  std::deque<Counted> pieces;
  for (int i = 0; i < kBatch; ++i) pieces.emplace_back(left);
  for (auto _ : state) {
    left = kBatch;
    for (Counted& piece : pieces) other.loop().Post(piece);
    AwaitZero(left);
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_PostToBusyThread)->UseRealTime()->MeasureProcessCPUTime();

Task<Status> RunOnEach(benchmark::State& state, AsioExecutor& home, Executor& there) {
  for (auto _ : state) {
    const int one = co_await RunOn(there, One());
    benchmark::DoNotOptimize(one);
  }
  home.Stop();
  co_return OkStatus();
}

// There and back, one at a time: both threads sleep in between, so this is two wakes.
void BM_RunOnSleepingThread(benchmark::State& state) {
  LoopThread other;
  AsioExecutor home;
  Scope scope(home);
  scope.Spawn(RunOnEach(state, home, other.loop()));
  home.Run();
}
BENCHMARK(BM_RunOnSleepingThread)->UseRealTime()->MeasureProcessCPUTime();

Task<void> VisitOnce(Executor& there) {
  const int one = co_await RunOn(there, One());
  benchmark::DoNotOptimize(one);
}

Task<Status> RunOnManyAtOnce(benchmark::State& state, AsioExecutor& home, Executor& there) {
  const TaskContext& context = co_await CurrentContext();
  for (auto _ : state) {
    Scope scope(context);
    for (int i = 0; i < state.range(0); ++i) scope.Spawn(VisitOnce(there));
    CO_TRY(co_await scope.Join());
  }
  home.Stop();
  co_return OkStatus();
}

// The same, so many on the way at once: wakes are shared.
void BM_RunOnManyAtOnce(benchmark::State& state) {
  LoopThread other;
  AsioExecutor home;
  Scope scope(home);
  scope.Spawn(RunOnManyAtOnce(state, home, other.loop()));
  home.Run();
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_RunOnManyAtOnce)->Arg(32)->UseRealTime()->MeasureProcessCPUTime();

}  // namespace
}  // namespace minato

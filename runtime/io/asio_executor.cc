#include "runtime/io/asio_executor.h"

#include <algorithm>
#include <chrono>

#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "runtime/check.h"

namespace minato {

namespace {

// A timer behind this is waited for in several rounds: far ones (a client's deadline of 11,000 years) have no
// nanoseconds in 64 bits.
constexpr absl::Duration kWaitMax = absl::Hours(1);

// Rounds of what is ready before the loop looks at its I/O again: what a request causes takes several.
constexpr int kReadyRoundsMax = 8;

// Of the loop, while it finds edges in each.
constexpr int kRoundsWithoutAsioMax = 8;

// By how much the kernel may be late to wake this thread; its default, 50 us, is longer than a pause should be.
constexpr unsigned long kTimerSlackNanoseconds = 1000;

}  // namespace

AsioExecutor::Alarm::Alarm(EdgePoll& edges)
    : Watched([](Watched&, uint32_t) {}), fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  CHECK(fd_ >= 0, "eventfd: {}", errno);
  CHECK(edges.Watch(fd_, *this).ok());
}

AsioExecutor::Alarm::~Alarm() { ::close(fd_); }

void AsioExecutor::Alarm::Ring() {
  const uint64_t one = 1;
  // Each write is an edge, so nobody needs to read them.
  [[maybe_unused]] const ssize_t written = ::write(fd_, &one, sizeof(one));
}

AsioExecutor::AsioExecutor(const Clock& clock)
    : Executor(clock),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),
      edges_descriptor_(context_, edges_.fd()),
      stays_(context_.get_executor()) {}

AsioExecutor::~AsioExecutor() {
  AwaitWakers();
  edges_descriptor_.release();
  context_.restart();
  context_.poll();
}

void AsioExecutor::Wake() { alarm_.Ring(); }

void AsioExecutor::RunOnce(bool may_block) {
  if (may_block) Gather();
  bool found = edges_.Poll();
  if (may_block && !found) {
    Wait();
    found = edges_.Poll();
  }
  if (found && ++rounds_without_asio_ < kRoundsWithoutAsioMax) return;
  rounds_without_asio_ = 0;
  context_.poll();
}

void AsioExecutor::Wait() {
  const absl::Time next = timers().Next();
  if (next == absl::InfiniteFuture()) {
    context_.run_one();
  } else {
    const absl::Duration wait = std::clamp(next - Now(), absl::ZeroDuration(), kWaitMax);
    // Rounded up: a loop that wakes a moment too early would spin until its timer is due.
    context_.run_one_for(std::chrono::microseconds(absl::ToInt64Microseconds(wait) + 1));
  }
}

void AsioExecutor::Gather() {
  const absl::Duration pause = std::min(gathering_.Pause(Now()), timers().Next() - Now());
  if (pause <= absl::ZeroDuration()) return;
  const timespec sleep = absl::ToTimespec(pause);
  ::clock_nanosleep(CLOCK_MONOTONIC, 0, &sleep, nullptr);
  BeginRound();
}

void AsioExecutor::Run() {
  Entered entered(*this);
  ::prctl(PR_SET_TIMERSLACK, kTimerSlackNanoseconds);
  while (!stopped_.load(std::memory_order_acquire)) {
    BeginRound();
    bool ready = RunReady();
    for (int round = 1; ready && round < kReadyRoundsMax; ++round) ready = RunReady();
    RunOnce(/*may_block=*/!ready && !stopped_.load(std::memory_order_acquire));
  }
  while (RunReady()) {
  }
  EndRounds();
}

void AsioExecutor::Stop() {
  const Waking waking(*this);
  stopped_.store(true, std::memory_order_release);
  Wake();
}

}  // namespace minato

#include "runtime/io/asio_executor.h"

#include <algorithm>
#include <chrono>

#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "runtime/check.h"

namespace minato {

namespace asio = boost::asio;

namespace {

// A timer behind this is waited for in several rounds: far ones (a client's deadline of 11,000 years) have no
// nanoseconds in 64 bits.
constexpr absl::Duration kWaitMax = absl::Hours(1);

// Rounds of what is ready before the loop looks at its I/O again: what a request causes takes several.
constexpr int kReadyRoundsMax = 8;

// By how much the kernel may be late to wake this thread; its default, 50 us, is longer than a pause should be.
constexpr unsigned long kTimerSlackNanoseconds = 1000;

}  // namespace

AsioExecutor::AsioExecutor(const Clock& clock)
    : Executor(clock), context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE), wake_(context_) {
  const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  CHECK(fd >= 0, "eventfd: {}", errno);
  wake_.assign(fd);
  WaitForWake();
}

AsioExecutor::~AsioExecutor() {
  AwaitWakers();
  boost::system::error_code ignored;
  wake_.close(ignored);
  context_.restart();
  context_.poll();
}

void AsioExecutor::Wake() {
  const uint64_t one = 1;
  // A full counter already wakes.
  [[maybe_unused]] const ssize_t written = ::write(wake_.native_handle(), &one, sizeof(one));
}

void AsioExecutor::WaitForWake() {
  wake_.async_wait(asio::posix::descriptor_base::wait_read,
                   [this](const boost::system::error_code& error) {
                     if (error) return;
                     uint64_t count = 0;
                     [[maybe_unused]] const ssize_t got =
                         ::read(wake_.native_handle(), &count, sizeof(count));
                     WaitForWake();
                   });
}

void AsioExecutor::RunOnce(bool may_block) {
  if (may_block) {
    Gather();
    const absl::Time next = timers().Next();
    if (next == absl::InfiniteFuture()) {
      context_.run_one();
    } else {
      const absl::Duration wait = std::clamp(next - Now(), absl::ZeroDuration(), kWaitMax);
      // Rounded up: a loop that wakes a moment too early would spin until its timer is due.
      context_.run_one_for(std::chrono::microseconds(absl::ToInt64Microseconds(wait) + 1));
    }
  }
  context_.poll();
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

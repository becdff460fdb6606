#include "runtime/cq/cq_executor.h"

#include <algorithm>

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include "runtime/check.h"

namespace minato {
namespace {

// Work that keeps posting work may hold up the queue's events for so many rounds.
constexpr int kRoundsMax = 16;

gpr_timespec FromNow(absl::Duration wait) {
  const int64_t nanoseconds = std::max<int64_t>(absl::ToInt64Nanoseconds(wait), 0);
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_nanos(nanoseconds, GPR_TIMESPAN));
}

}  // namespace

// An alarm that is due at once: the one event that other threads may put into the queue.
class CqExecutor::Wakeup : public CqTag {
 public:
  explicit Wakeup(CqExecutor& executor) : CqTag(&OnWake), executor_(executor) {}

  void Set() {
    alarm_.Set(&executor_.queue_, gpr_time_0(GPR_CLOCK_MONOTONIC), static_cast<CqTag*>(this));
  }

 private:
  // The mailbox is emptied after this, so whoever posts from here on finds it empty or is taken along.
  static void OnWake(CqTag& tag, bool) {
    // An exchange, not a store: it must see what was posted before a Wake that found an alarm under way.
    static_cast<Wakeup&>(tag).executor_.waking_.exchange(false, std::memory_order_acq_rel);
  }

  CqExecutor& executor_;
  grpc::Alarm alarm_;
};

CqExecutor::CqExecutor(grpc::CompletionQueue& queue, const Clock& clock)
    : Executor(clock), queue_(queue), wakeup_(std::make_unique<Wakeup>(*this)) {}

CqExecutor::~CqExecutor() { AwaitWakers(); }

void CqExecutor::Wake() {
  if (!waking_.exchange(true, std::memory_order_acq_rel)) wakeup_->Set();
}

bool CqExecutor::RunReadyAWhile() {
  for (int round = 0; round < kRoundsMax; ++round) {
    if (!RunReady()) return false;
  }
  return true;
}

bool CqExecutor::Next(bool block, void** tag, bool* ok) {
  if (block && timers().Next() == absl::InfiniteFuture()) return queue_.Next(tag, ok);
  const gpr_timespec until = block ? FromNow(timers().Next() - Now()) : gpr_time_0(GPR_CLOCK_MONOTONIC);
  const auto next = queue_.AsyncNext(tag, ok, until);
  if (next == grpc::CompletionQueue::TIMEOUT) *tag = nullptr;
  return next != grpc::CompletionQueue::SHUTDOWN;
}

void CqExecutor::Run() {
  Entered entered(*this);
  for (;;) {
    const bool more = RunReadyAWhile();
    void* tag = nullptr;
    bool ok = false;
    if (!Next(!more, &tag, &ok)) break;
    if (tag == nullptr) continue;
    auto& done = *static_cast<CqTag*>(tag);
    done.done_(done, ok);
  }
  while (RunReady()) {
  }
}

void CqExecutor::Shutdown() {
  AwaitWakers();
  queue_.Shutdown();
}

}  // namespace minato

#include "runtime/executor.h"

#include <thread>

#include "runtime/check.h"

namespace minato {

thread_local constinit Executor* Executor::current_ = nullptr;

void WorkQueue::Push(Work& work) {
  work.next_ = nullptr;
  if (head_ == nullptr) {
    head_ = &work;
  } else {
    tail_->next_ = &work;
  }
  tail_ = &work;
}

Work* WorkQueue::Pop() {
  Work* const work = head_;
  if (work != nullptr) head_ = work->next_;
  return work;
}

Executor::~Executor() {
  CHECK(ready_.empty() && mailbox_.load(std::memory_order_acquire) == nullptr,
        "an executor ended with work still posted to it");
  CHECK(wakers_.load(std::memory_order_acquire) == 0, "an executor ended without awaiting its wakers");
}

void Executor::AwaitWakers() const {
  while (wakers_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
}

void Executor::Post(Work& work) {
  if (IsCurrent()) {
    ready_.Push(work);
    return;
  }
  // Whoever finds the mailbox empty wakes the loop; the loop empties it before it looks again.
  Work* newest = mailbox_.load(std::memory_order_relaxed);
  while (newest != nullptr) {
    work.next_ = newest;
    if (mailbox_.compare_exchange_weak(newest, &work, std::memory_order_release, std::memory_order_relaxed)) {
      return;  // with the work posted, the executor may be gone
    }
  }
  PostAndWake(work);
}

void Executor::PostAndWake(Work& work) {
  const Waking waking(*this);
  Work* newest = nullptr;
  do {
    work.next_ = newest;
  } while (!mailbox_.compare_exchange_weak(newest, &work, std::memory_order_release,
                                           std::memory_order_relaxed));
  if (newest == nullptr) Wake();
}

void Executor::TakeMailbox() {
  if (mailbox_.load(std::memory_order_relaxed) == nullptr) return;
  Work* newest = mailbox_.exchange(nullptr, std::memory_order_acquire);
  Work* oldest = nullptr;
  while (newest != nullptr) {
    Work* const next = newest->next_;
    newest->next_ = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest != nullptr) {
    Work* const next = oldest->next_;
    ready_.Push(*oldest);
    oldest = next;
  }
}

bool Executor::RunReady() {
  TakeMailbox();
  if (timers_.Next() != absl::InfiniteFuture()) timers_.FireDue(Now());
  // Only what is ready now, so that work which posts itself again cannot starve the loop's I/O.
  WorkQueue batch = ready_;
  ready_ = WorkQueue();
  while (Work* const work = batch.Pop()) work->run_(*work);
  return !ready_.empty();
}

}  // namespace minato

#include "runtime/blocking_queue.h"

#include <algorithm>

namespace minato {

Status BlockingQueue::Push(BlockingJob& job) {
  if (job.IsLate()) return Late();
  {
    std::lock_guard lock(mutex_);
    if (closed_) return Unavailable("{} have ended", name_);
    if (jobs_.size() >= waiting_max_) {
      return ResourceExhausted("{} are busy: {} jobs wait (waiting_max)", name_, jobs_.size());
    }
    jobs_.push_back(&job);
  }
  arrived_.notify_one();
  return OkStatus();
}

bool BlockingQueue::Remove(BlockingJob& job) {
  std::lock_guard lock(mutex_);
  const auto found = std::find(jobs_.begin(), jobs_.end(), &job);
  if (found == jobs_.end()) return false;
  jobs_.erase(found);
  return true;
}

Status BlockingQueue::Late() const {
  return DeadlineExceeded("the deadline passed while the call waited for {}", name_);
}

bool BlockingQueue::FailIfLate(BlockingJob& job) const {
  if (!job.IsLate()) return false;
  job.Fail(Late());
  return true;
}

BlockingJob* BlockingQueue::Take() {
  for (;;) {
    BlockingJob* job;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
      if (jobs_.empty()) return nullptr;
      job = jobs_.front();
      jobs_.pop_front();
    }
    if (!FailIfLate(*job)) return job;
  }
}

void BlockingQueue::TakeMore(std::vector<BlockingJob*>& jobs, size_t max) {
  std::lock_guard lock(mutex_);
  for (; max > 0 && !jobs_.empty(); --max) {
    BlockingJob* const job = jobs_.front();
    jobs_.pop_front();
    if (!FailIfLate(*job)) jobs.push_back(job);
  }
}

void BlockingQueue::Close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  arrived_.notify_all();
}

}  // namespace minato

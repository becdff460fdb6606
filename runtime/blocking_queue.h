// The way from coroutines to threads that block: a bounded queue of jobs. A coroutine awaits
//
//   CO_TRY(Row row, co_await RunBlocking<Connection>(queue, [id](Connection& db) { return Find(db, id); }));
//
// and a thread takes jobs and executes them, with the resource that it works on (a database connection):
//
//   while (BlockingJob* job = queue.Take()) { job->Execute(&connection); job->Complete(); }
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "runtime/exception.h"
#include "runtime/status.h"
#include "runtime/wait.h"

namespace minato {

// A coroutine's work and, after Execute, its result. Lives in the coroutine, which waits for it.
// A thread that took one either fails it, or executes and then completes or fails it.
class BlockingJob {
 public:
  virtual ~BlockingJob() = default;
  virtual void Execute(void* resource) = 0;
  virtual Status status() const = 0;  // of the work, after Execute
  void Complete() {
    OnComplete();
    suspended_.Resume();
  }
  void Fail(Status status) {
    SetFailure(std::move(status));
    suspended_.Resume();
  }
  // Whether the deadline of the task that waits has passed.
  bool IsLate() const { return deadline_ != absl::InfiniteFuture() && deadline_ <= clock_->Now(); }

 protected:
  virtual void SetFailure(Status status) = 0;
  virtual void OnComplete() = 0;
  Suspended suspended_;
  absl::Time deadline_ = absl::InfiniteFuture();
  const Clock* clock_ = nullptr;
};

// Thread-safe. Outlives its jobs.
class BlockingQueue {
 public:
  // `name` stands in errors, as "the writers of user.db".
  BlockingQueue(std::string name, size_t waiting_max) : name_(std::move(name)), waiting_max_(waiting_max) {}

  // RESOURCE_EXHAUSTED when waiting_max jobs wait; UNAVAILABLE once closed; DEADLINE_EXCEEDED when the job is late
  // already.
  Status Push(BlockingJob& job);
  // Takes back what no thread has taken; false when one has.
  bool Remove(BlockingJob& job);

  // Waits for a job; nullptr once the queue is closed and empty. A job whose deadline has passed while it
  // waited is failed here instead.
  BlockingJob* Take();
  // Takes what waits, without waiting itself, up to `max`.
  void TakeMore(std::vector<BlockingJob*>& jobs, size_t max);
  // What waits is still executed; nothing more is taken in.
  void Close();

 private:
  Status Late() const;
  bool FailIfLate(BlockingJob& job) const;

  const std::string name_;
  const size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<BlockingJob*> jobs_;
  bool closed_ = false;
};

// The default of what follows work that succeeded: nothing.
struct NothingFollows {
  template <typename Result>
  void operator()(const Result&) const {}
};

// Runs `work`, which returns a Status or a StatusOr, on a thread that takes from `queue`. It must own what it
// needs; what it throws becomes INTERNAL. A cancellation takes back work that still waits; work that runs is waited
// for. When it succeeded, and the thread has completed the job, `then` is called there with the result, before the
// coroutine resumes.
template <typename Resource, typename F, typename Then = NothingFollows>
class [[nodiscard]] RunBlockingOperation : private BlockingJob, private CancelSubscription {
 public:
  using Result = std::invoke_result_t<F&, Resource&>;

  RunBlockingOperation(BlockingQueue& queue, F work, Then then = {})
      : CancelSubscription(&OnCancel), queue_(queue), work_(std::move(work)), then_(std::move(then)) {}

  bool await_ready() const { return false; }
  template <TaskPromise P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    suspended_.Set(handle);
    const TaskContext& context = handle.promise().context();
    cancel_ = context.cancel;
    deadline_ = context.deadline;
    clock_ = &context.home->clock();
    Status refused = cancel_.cancelled() ? cancel_.reason() : queue_.Push(*this);
    if (!refused.ok()) {
      result_.emplace(std::move(refused));
      return false;
    }
    Subscribe(cancel_);
    return true;
  }
  Result await_resume() {
    Unsubscribe();
    return *std::move(result_);
  }

 private:
  static const Status& StatusOf(const Status& status) { return status; }
  template <typename T>
  static const Status& StatusOf(const StatusOr<T>& result) {
    return result.status();
  }
  void Execute(void* resource) override {
    try {
      result_.emplace(work_(*static_cast<Resource*>(resource)));
    } catch (...) {
      result_.emplace(StatusOfException());
    }
  }
  Status status() const override { return StatusOf(*result_); }
  void SetFailure(Status status) override { result_.emplace(std::move(status)); }
  void OnComplete() override {
    if (result_->ok()) then_(*result_);
  }
  static void OnCancel(CancelSubscription& subscription) {
    auto& self = static_cast<RunBlockingOperation&>(subscription);
    if (self.queue_.Remove(self)) self.Fail(self.cancel_.reason());
  }

  BlockingQueue& queue_;
  F work_;
  Then then_;
  CancelToken cancel_;
  std::optional<Result> result_;
};

template <typename Resource, typename F>
RunBlockingOperation<Resource, F> RunBlocking(BlockingQueue& queue, F work) {
  return RunBlockingOperation<Resource, F>(queue, std::move(work));
}

}  // namespace minato

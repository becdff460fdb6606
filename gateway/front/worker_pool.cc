#include "gateway/front/worker_pool.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "runtime/scope.h"

namespace minato::gateway {

struct WorkerPool::Worker {
  AsioExecutor home;
  Scope root{home};
  std::thread thread{[this] { home.Run(); }};
};

namespace {

// The jobs that have not ended. Not Abseil's BlockingCounter: ThreadSanitizer does not see into Debian's Abseil.
class Countdown {
 public:
  explicit Countdown(size_t left) : left_(left) {}

  void OneEnded() {
    const std::lock_guard lock(mutex_);
    if (--left_ == 0) none_left_.notify_one();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    none_left_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_left_;
  size_t left_;
};

// One worker's share of OnEach: posted to it, and run there as a root.
struct Job : Work {
  Job(Scope& root, absl::FunctionRef<Task<Status>(size_t)> make, size_t worker, Countdown& left)
      : Work(&Begin), root(root), make(make), worker(worker), left(left) {}

  static void Begin(Work& work) {
    Job& job = static_cast<Job&>(work);
    job.root.Spawn(Perform(job));
  }
  static Task<void> Perform(Job& job) {
    job.result = co_await job.make(job.worker);
    job.left.OneEnded();
  }

  Scope& root;
  const absl::FunctionRef<Task<Status>(size_t)> make;
  const size_t worker;
  Countdown& left;
  Status result;
};

}  // namespace

WorkerPool::WorkerPool(size_t workers) {
  for (size_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<Worker>());
}

WorkerPool::~WorkerPool() {
  for (const auto& worker : workers_) {
    worker->home.Stop();
    worker->thread.join();
  }
}

AsioExecutor& WorkerPool::home(size_t worker) { return workers_[worker]->home; }

Status WorkerPool::OnEach(absl::FunctionRef<Task<Status>(size_t)> make) {
  Countdown left(workers_.size());
  std::vector<std::unique_ptr<Job>> jobs;
  for (size_t i = 0; i < workers_.size(); ++i) {
    jobs.push_back(std::make_unique<Job>(workers_[i]->root, make, i, left));
    workers_[i]->home.Post(*jobs.back());
  }
  left.Wait();
  for (const auto& job : jobs) TRY(job->result);
  return OkStatus();
}

}  // namespace minato::gateway

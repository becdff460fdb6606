#include "gateway/front/worker_pool.h"

#include <thread>

#include <absl/synchronization/blocking_counter.h>

#include "runtime/scope.h"

namespace minato::gateway {

struct WorkerPool::Worker {
  AsioExecutor home;
  Scope root{home};
  std::thread thread{[this] { home.Run(); }};
};

namespace {

// One worker's share of OnEach: posted to it, and run there as a root.
struct Job : Work {
  Job(Scope& root, absl::FunctionRef<Task<Status>(size_t)> make, size_t worker, absl::BlockingCounter& left)
      : Work(&Begin), root(root), make(make), worker(worker), left(left) {}

  static void Begin(Work& work) {
    Job& job = static_cast<Job&>(work);
    job.root.Spawn(Perform(job));
  }
  static Task<void> Perform(Job& job) {
    job.result = co_await job.make(job.worker);
    job.left.DecrementCount();
  }

  Scope& root;
  const absl::FunctionRef<Task<Status>(size_t)> make;
  const size_t worker;
  absl::BlockingCounter& left;
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
  absl::BlockingCounter left(static_cast<int>(workers_.size()));
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

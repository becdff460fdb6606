#include "server/services/task/worker_thread.h"

#include "runtime/io/asio_executor.h"
#include "telemetry/log.h"

namespace minato::task {
namespace {

Task<void> RunAndStop(TaskWorkers& workers, AsioExecutor& executor) {
  const Status ended = co_await workers.Run();
  if (!ended.ok()) Log::Error("the task workers have ended: {}", MessageOf(ended));
  executor.Stop();
}

void RunOn(AsioExecutor& executor, TaskWorkers& workers) {
  Scope scope(executor);
  scope.Spawn(RunAndStop(workers, executor));
  executor.Run();
}

}  // namespace

class WorkerThread::DrainWork : public Work {
 public:
  DrainWork(TaskWorkers& workers, absl::Duration bound) : Work(&OnPosted), workers_(workers), bound_(bound) {}

 private:
  static void OnPosted(Work& work) {
    auto& self = static_cast<DrainWork&>(work);
    self.workers_.Drain(self.bound_);
  }

  TaskWorkers& workers_;
  const absl::Duration bound_;
};

WorkerThread::WorkerThread(TaskWorkers& workers)
    : workers_(workers), executor_(std::make_unique<AsioExecutor>()) {
  thread_ = std::thread([this] { RunOn(*executor_, workers_); });
}

WorkerThread::~WorkerThread() { Drain(absl::ZeroDuration()); }

void WorkerThread::Drain(absl::Duration bound) {
  if (!thread_.joinable()) return;
  DrainWork drain(workers_, bound);
  executor_->Post(drain);
  thread_.join();
}

}  // namespace minato::task

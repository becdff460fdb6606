// The thread on which task workers run.
#pragma once

#include <memory>
#include <thread>

#include "server/services/task/workers.h"

namespace minato {
class AsioExecutor;
}

namespace minato::task {

class WorkerThread {
 public:
  // Starts at once. `workers` outlives it.
  explicit WorkerThread(TaskWorkers& workers);
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;
  ~WorkerThread();  // drains without grace

  // Blocks until the workers have ended: what they run gets `bound` for it, then it is cancelled. A second call
  // finds nothing to do.
  void Drain(absl::Duration bound);

 private:
  class DrainWork;

  TaskWorkers& workers_;
  const std::unique_ptr<AsioExecutor> executor_;
  std::thread thread_;
};

}  // namespace minato::task

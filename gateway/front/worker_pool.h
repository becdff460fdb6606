// The gateway's workers: a thread and an event loop each, sharing nothing.
#pragma once

#include <memory>
#include <vector>

#include <absl/functional/function_ref.h>

#include "runtime/io/asio_executor.h"
#include "runtime/status.h"
#include "runtime/task.h"

namespace minato::gateway {

class WorkerPool {
 public:
  explicit WorkerPool(size_t workers);
  ~WorkerPool();  // ends the threads; whatever lived on a worker must have ended before

  size_t size() const { return workers_.size(); }
  AsioExecutor& home(size_t worker);

  // Runs what `make` returns for each worker, on that worker, and waits for all of them. The first error by number of
  // worker. Not from a worker.
  Status OnEach(absl::FunctionRef<Task<Status>(size_t worker)> make);

 private:
  struct Worker;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace minato::gateway

// Threads for work that blocks: files, libraries without an asynchronous interface.
#pragma once

#include <thread>
#include <vector>

#include "runtime/blocking_queue.h"

namespace minato {

// Thread-safe. Outlives the tasks that are in Run; its end runs what still waits.
class BlockingPool {
 public:
  explicit BlockingPool(std::string name, size_t threads = 5, size_t waiting_max = 1024);
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;
  ~BlockingPool();

  // co_await pool.Run([path] { return ReadFile(path); }): what it returns, a Status or StatusOr.
  template <typename F>
  auto Run(F work) {
    auto ignoring = [work = std::move(work)](BlockingPool&) mutable { return work(); };
    return RunBlocking<BlockingPool>(queue_, std::move(ignoring));
  }

 private:
  BlockingQueue queue_;
  std::vector<std::thread> threads_;
};

}  // namespace minato

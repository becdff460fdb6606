#include "runtime/blocking_pool.h"

namespace minato {

BlockingPool::BlockingPool(std::string name, size_t threads, size_t waiting_max)
    : queue_(std::move(name), waiting_max) {
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] {
      while (BlockingJob* const job = queue_.Take()) {
        job->Execute(this);
        job->Complete();
      }
    });
  }
}

BlockingPool::~BlockingPool() {
  queue_.Close();
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace minato

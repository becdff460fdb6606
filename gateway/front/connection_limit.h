// How many connections may be open at once, on all workers together.
#pragma once

#include <atomic>
#include <cstddef>
#include <limits>

namespace minato::gateway {

// Thread-safe. Each Enter that was allowed is followed by one Leave.
class ConnectionLimit {
 public:
  static constexpr size_t kNone = std::numeric_limits<size_t>::max();

  // False: there are as many as may be, or more if the maximum was lowered.
  bool Enter() {
    if (open_.fetch_add(1, std::memory_order_relaxed) < max_.load(std::memory_order_relaxed)) return true;
    Leave();
    return false;
  }
  void Leave() { open_.fetch_sub(1, std::memory_order_relaxed); }

  // For connections to come; those that are open stay.
  void set_max(size_t max) { max_.store(max, std::memory_order_relaxed); }

 private:
  std::atomic<size_t> open_ = 0;
  std::atomic<size_t> max_ = kNone;
};

}  // namespace minato::gateway

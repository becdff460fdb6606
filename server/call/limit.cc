#include "server/call/limit.h"

namespace minato {
namespace {

// Takes a place that was counted already, and gives it back.
class Place {
 public:
  explicit Place(std::atomic<size_t>& calls) : calls_(calls) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { calls_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<size_t>& calls_;
};

}  // namespace

Task<Status> Limit::Intercept(CallContext& call, MessageStream& stream, NextInCall next) {
  const size_t before = calls_.fetch_add(1, std::memory_order_relaxed);
  const Place place(calls_);
  if (before >= calls_max_) {
    co_return ResourceExhausted("the server has {} calls in flight, as many as it takes", calls_max_);
  }
  co_return co_await next(call, stream);
}

}  // namespace minato

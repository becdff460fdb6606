// Bounds how many calls are served at a time, whichever way they came; one more is refused with
// RESOURCE_EXHAUSTED at once.
#pragma once

#include <atomic>
#include <cstddef>

#include "server/call/interceptor.h"

namespace minato {

class Limit final : public Interceptor {
 public:
  explicit Limit(size_t calls_max) : calls_max_(calls_max) {}

  Task<Status> Intercept(CallContext& call, MessageStream& stream, NextInCall next) override;

 private:
  const size_t calls_max_;
  std::atomic<size_t> calls_{0};
};

}  // namespace minato

// What runs around every call of Minato's services, whichever transport brings it.
#pragma once

#include "server/call/limit.h"
#include "server/call/method_registry.h"
#include "server/call/observe.h"
#include "server/call/recover.h"

namespace minato {

// Added to `registry` when made, after its methods; outlives the calls.
class Interceptors {
 public:
  Interceptors(MethodRegistry& registry, MetricsRegistry& metrics, size_t calls_in_flight_max)
      : observe_(registry, metrics, false), limit_(calls_in_flight_max) {
    registry.AddInterceptor(observe_);
    registry.AddInterceptor(limit_);
    registry.AddInterceptor(recover_);
  }
  Interceptors(const Interceptors&) = delete;
  Interceptors& operator=(const Interceptors&) = delete;

 private:
  Observe observe_;
  Limit limit_;
  Recover recover_;
};

}  // namespace minato

// Counts every call by method: calls, errors, those in flight, and how long they took.
#pragma once

#include <memory>
#include <vector>

#include "server/call/interceptor.h"
#include "server/call/method_registry.h"
#include "telemetry/metrics.h"

namespace minato {

class Observe final : public Interceptor {
 public:
  // Knows the methods that `registry` has by now. `metrics`, in which they are named
  // "rpc.<service>.<method>.calls" and so on, shows this object's instruments: it is printed no more once
  // this is gone. With `access_log`, each call is a line of the log as well.
  Observe(const MethodRegistry& registry, MetricsRegistry& metrics, bool access_log);

  Task<Status> Intercept(CallContext& call, MessageStream& stream, NextInCall next) override;

 private:
  struct Instruments {
    Counter calls;
    Counter errors;
    Gauge in_flight;
    Histogram latency;
  };

  std::vector<std::unique_ptr<Instruments>> by_method_;  // by Method::index
  const bool access_log_;
};

}  // namespace minato

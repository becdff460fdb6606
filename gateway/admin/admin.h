// The admin port: for operators and load balancers, never for clients.
#pragma once

#include <atomic>

#include "gateway/front/client_stream.h"
#include "telemetry/metrics.h"

namespace minato::gateway {

// GET /healthz: 200 while the process lives. GET /ready: 200 while it takes new work, 503 while it starts or drains.
// GET /stats: every metric as one JSON object.
class Admin final : public RequestHandler {
 public:
  // `metrics` outlives it.
  explicit Admin(const MetricsRegistry& metrics) : metrics_(metrics) {}

  void SetReady(bool ready) { ready_.store(ready, std::memory_order_relaxed); }  // any thread

  Task<void> Serve(ClientStream& stream) override;

 private:
  const MetricsRegistry& metrics_;
  std::atomic<bool> ready_{false};
};

}  // namespace minato::gateway

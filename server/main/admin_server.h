// minato-server's admin port: for operators and load balancers, never for clients.
#pragma once

#include <memory>
#include <string>

#include "runtime/status.h"
#include "telemetry/metrics.h"

namespace minato {

// GET /healthz: 200 while the process lives. GET /ready: 200 while it takes new work, 503 while it starts or drains.
// GET /stats: every metric as one JSON object. A thread of its own answers; each answer ends its connection.
class AdminServer {
 public:
  // Listens on host:port; port 0 takes a free one. `metrics` outlives it.
  static StatusOr<std::unique_ptr<AdminServer>> Start(std::string_view address, const MetricsRegistry& metrics);
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;
  ~AdminServer();

  std::string address() const;  // with the port it got
  void SetReady(bool ready);    // any thread

 private:
  struct State;
  explicit AdminServer(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace minato

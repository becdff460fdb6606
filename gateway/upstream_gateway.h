// The gateway in front of one gRPC server, in preset minato: what a few flags describe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/exchange.h"
#include "gateway/filters/access_log.h"
#include "gateway/front/http_server.h"
#include "telemetry/metrics.h"

namespace minato::gateway {

struct UpstreamGatewayOptions {
  std::string listen;          // "127.0.0.1:8080"
  std::string upstream;        // "127.0.0.1:50051", "backend.example:50051"
  std::string descriptor_set;  // file; every service in it that has google.api.http rules is served
  std::vector<std::string> cors_allow_origins;
  bool content_coding = true;  // bodies may come and go encoded
  ExchangeOptions exchange;    // its error_shape is that of the front, too
  AccessLog::Lines access_log = AccessLog::Lines::kOff;
};

// Used by one thread, which is no worker.
class UpstreamGateway {
 public:
  // Serves when it returns. `workers` and `metrics` outlive it.
  static StatusOr<std::unique_ptr<UpstreamGateway>> Start(WorkerPool& workers, UpstreamGatewayOptions options,
                                                          MetricsRegistry& metrics);
  ~UpstreamGateway();  // drains without grace if Drain was not called

  const std::string& address() const;  // with the port that was chosen
  size_t routes() const;

  void Drain(absl::Duration grace);

 private:
  struct Share;
  struct Impl;
  explicit UpstreamGateway(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace minato::gateway

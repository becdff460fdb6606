// The gateway as an Envoy bootstrap describes it: workers, listeners, clusters, and a new bootstrap in place of the old.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/access_log/log_files.h"
#include "gateway/config/bootstrap.h"
#include "gateway/filters/access_log.h"
#include "gateway/front/http_server.h"
#include "telemetry/metrics.h"

namespace minato::gateway {

// Used by one thread, which is no worker.
class EnvoyGateway {
 public:
  // Serves when it returns. `workers`, `log_files` and `metrics` outlive it; `metrics` gets what the clusters count.
  static StatusOr<std::unique_ptr<EnvoyGateway>> Start(WorkerPool& workers, config::Bootstrap bootstrap,
                                                       AccessLog::Lines access_log, LogFiles& log_files,
                                                       MetricsRegistry& metrics);
  // Whether Start would take it, as far as that can be told without listening and without a network. What is wrong in it
  // though Envoy takes it; Start and Reload log that.
  static StatusOr<std::vector<std::string>> Check(config::Bootstrap bootstrap);
  ~EnvoyGateway();  // drains without grace if Drain was not called

  // From now on requests are served as `bootstrap` says; those that are under way end as they began. Listeners that it
  // does not name any more, or whose TLS or limits it changes, are drained first, for at most `grace`; the latter open
  // again. After an error everything is as it was.
  Status Reload(config::Bootstrap bootstrap, absl::Duration grace);

  std::vector<std::string> addresses() const;  // with the ports that were chosen
  size_t connections() const;                  // open ones; any thread but during a Reload

  void Drain(absl::Duration grace);

 private:
  struct Worker;
  class ListenerHandler;
  struct Server;
  struct Impl;
  explicit EnvoyGateway(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace minato::gateway

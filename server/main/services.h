// Every service of Minato, wired to its backends: the only place that knows them all.
#pragma once

#include <memory>
#include <string>

#include "runtime/status.h"
#include "server/call/method_registry.h"
#include "server/services/data/env.h"
#include "server/services/stock/env.h"
#include "server/services/stock/http_feed.h"
#include "server/services/task/env.h"
#include "server/services/user/env.h"
#include "telemetry/metrics.h"

namespace minato {

struct ServicesConfig {
  std::string data_dir;  // made when it is missing; one process at a time
  data::DefaultSourcesConfig data;
  stock::StockConfig stock;
  stock::HttpFeedConfig stock_feed;  // without a url_template: the simulated market
  uint64_t market_seed = 1;
  task::TaskConfig task;  // its paths are under data_dir
};

class Services {
 public:
  // Opens the backends and starts the background work. Errors name the setting, file or address that is wrong.
  static StatusOr<std::unique_ptr<Services>> Start(const ServicesConfig& config);
  ~Services();  // drains

  // What the transports serve. Interceptors may be added until the first call.
  MethodRegistry& registry();

  void Register(MetricsRegistry& metrics) const;

  // Health answers NOT_SERVING from now on, so that load balancers send no more calls; the members of chat rooms
  // are told that the server shuts down. Any thread.
  void AnnounceEnd();

  // Ends the background work; blocks no longer than `bound`. No calls may be served any more.
  void Drain(absl::Duration bound);

 private:
  struct Parts;
  explicit Services(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

}  // namespace minato

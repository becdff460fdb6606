// Answers a load balancer's question whether the gateway lives (extensions.filters.http.health_check.v3, without
// pass_through_mode).
#pragma once

#include <vector>

#include "gateway/filters/http_filter.h"
#include "gateway/upstream/cluster_stats.h"
#include "gateway/upstream/header_match.h"

namespace minato::gateway {

class HealthCheck final : public HttpFilter {
 public:
  // How many of a cluster's endpoints must be healthy.
  struct MinHealthy {
    const ClusterStats* stats = nullptr;  // nullptr: there is no such cluster
    uint64_t percent = 0;
  };

  // `next` and the clusters' stats must outlive it.
  HealthCheck(const config::HealthCheckFilter& config, std::vector<MinHealthy> clusters, HttpFilter& next);

  // 200 for a request that all the headers match, once it is complete; 503 while a cluster has too few.
  Task<void> Serve(ClientStream& stream, RouteChoice& route) override;

 private:
  bool Healthy() const;

  std::vector<HeaderMatch> headers_;
  const std::vector<MinHealthy> clusters_;
  HttpFilter& next_;
};

}  // namespace minato::gateway

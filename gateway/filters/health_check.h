// Answers a load balancer's question whether the gateway lives (extensions.filters.http.health_check.v3, without
// pass_through_mode).
#pragma once

#include <vector>

#include "gateway/filters/http_filter.h"
#include "gateway/upstream/header_match.h"

namespace minato::gateway {

class HealthCheck final : public HttpFilter {
 public:
  // `next` must outlive it.
  HealthCheck(const config::HealthCheckFilter& config, HttpFilter& next);

  // 200 for a request that all the headers match, once it is complete.
  Task<void> Serve(ClientStream& stream, RouteChoice& route) override;

 private:
  std::vector<HeaderMatch> headers_;
  HttpFilter& next_;
};

}  // namespace minato::gateway

// The last filter: sends the request to the cluster of its route and the answer back, as they are
// (extensions.filters.http.router.v3).
#pragma once

#include <functional>
#include <map>
#include <string>

#include "gateway/filters/http_filter.h"
#include "gateway/filters/router_request.h"
#include "gateway/upstream/cluster_stats.h"
#include "gateway/upstream/http_call.h"

namespace minato::gateway {

class Router final : public HttpFilter {
 public:
  struct Target {
    HttpUpstream* http;
    ClusterStats* stats;
    uint64_t max_retries = 3;  // under way at a time, of all workers (circuit_breakers)
  };
  using Clusters = std::map<std::string, Target, std::less<>>;

  struct Options {
    size_t retry_buffer_bytes_max = 1 << 20;  // of a request kept for a retry (per_connection_buffer_limit_bytes)
    absl::Duration request_timeout = absl::ZeroDuration();  // until the request is complete; zero: none
    absl::Duration stream_idle_timeout = absl::Minutes(5);  // without a byte either way; zero: none
    absl::Duration max_stream_duration = absl::ZeroDuration();  // of both, where a route does not say it; zero: none
    bool generate_request_id = true;  // x-request-id for requests without one
  };

  // All must outlive the router. Every cluster that a route names is there.
  Router(const Clusters& clusters, Options options) : clusters_(clusters), options_(options) {}

  Task<void> Serve(ClientStream& stream, RouteChoice& route) override;

 private:
  class Request;

  Task<void> AnswerByRoute(ClientStream& stream, const RouteChoice& choice) const;

  const Clusters& clusters_;
  const Options options_;
};

}  // namespace minato::gateway

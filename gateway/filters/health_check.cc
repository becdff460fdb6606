#include "gateway/filters/health_check.h"

#include <algorithm>

#include "gateway/access_log/record.h"
#include "gateway/filters/local_reply.h"

namespace minato::gateway {

HealthCheck::HealthCheck(const config::HealthCheckFilter& config, std::vector<MinHealthy> clusters, HttpFilter& next)
    : headers_(config.headers.begin(), config.headers.end()), clusters_(std::move(clusters)), next_(next) {}

bool HealthCheck::Healthy() const {
  return std::all_of(clusters_.begin(), clusters_.end(), [](const MinHealthy& cluster) {
    if (cluster.stats == nullptr) return false;
    const uint64_t all = ClusterStats::Get(cluster.stats->membership_total);
    if (all == 0) return cluster.percent == 0;
    return ClusterStats::Get(cluster.stats->membership_healthy) * 100 >= all * cluster.percent;
  });
}

Task<void> HealthCheck::Serve(ClientStream& stream, RouteChoice& route) {
  const auto matches = [&](const HeaderMatch& header) { return header.Matches(stream.head()); };
  if (!std::all_of(headers_.begin(), headers_.end(), matches)) {
    co_await next_.Serve(stream, route);
    co_return;
  }
  if (route.access_log() != nullptr) route.access_log()->is_health_check = true;
  for (;;) {
    const StatusOr<std::optional<std::string_view>> piece = co_await stream.ReadPiece();
    if (!piece.ok()) {
      co_await LocalError(stream, route, piece.status());
      co_return;
    }
    if (!piece->has_value()) break;
  }
  co_await LocalReply(stream, route, Healthy() ? 200 : 503, "");
}

}  // namespace minato::gateway

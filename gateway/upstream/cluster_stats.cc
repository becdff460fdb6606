#include "gateway/upstream/cluster_stats.h"

#include <fmt/format.h>

namespace minato::gateway {

void RegisterClusterStats(MetricsRegistry& metrics, const std::string& cluster, const ClusterStats& stats) {
  const auto add = [&](std::string_view name, const ClusterStats::Count& count) {
    metrics.Add(fmt::format("cluster.{}.{}", cluster, name),
                [&count] { return static_cast<int64_t>(ClusterStats::Get(count)); });
  };
  add("upstream_cx_active", stats.upstream_cx_active);
  add("upstream_cx_total", stats.upstream_cx_total);
  add("upstream_cx_connect_fail", stats.upstream_cx_connect_fail);
  add("upstream_cx_connect_timeout", stats.upstream_cx_connect_timeout);
  add("upstream_rq_active", stats.upstream_rq_active);
  add("upstream_rq_pending_active", stats.upstream_rq_pending_active);
  add("upstream_rq_total", stats.upstream_rq_total);
  add("upstream_rq_pending_overflow", stats.upstream_rq_pending_overflow);
  add("upstream_rq_rx_reset", stats.upstream_rq_rx_reset);
  add("upstream_rq_tx_reset", stats.upstream_rq_tx_reset);
  add("membership_total", stats.membership_total);
  add("membership_healthy", stats.membership_healthy);
}

}  // namespace minato::gateway

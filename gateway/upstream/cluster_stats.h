// What the workers of a process share about one cluster: its numbers for /stats (Envoy's names), some of which are what
// its circuit breakers look at. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "telemetry/metrics.h"

namespace minato::gateway {

struct alignas(64) ClusterStats {
  using Count = std::atomic<uint64_t>;

  // Now. The circuit breakers (config::Thresholds) hold these down for the whole process, as Envoy's do.
  Count upstream_cx_active = 0;
  Count upstream_rq_active = 0;
  Count upstream_rq_pending_active = 0;
  Count upstream_rq_retry_active = 0;  // of whoever retries

  // Since the start.
  Count upstream_cx_total = 0;
  Count upstream_cx_connect_fail = 0;     // timeouts among them
  Count upstream_cx_connect_timeout = 0;
  Count upstream_cx_overflow = 0;         // a connection was wanted beyond max_connections
  Count upstream_cx_close_notify = 0;     // GOAWAY
  Count upstream_cx_protocol_error = 0;
  Count upstream_rq_total = 0;
  Count upstream_rq_pending_total = 0;
  Count upstream_rq_pending_overflow = 0;  // max_pending_requests or max_requests
  Count upstream_rq_pending_failure_eject = 0;
  Count upstream_rq_rx_reset = 0;
  Count upstream_rq_tx_reset = 0;
  Count upstream_cx_none_healthy = 0;

  // Of the worker that looked last.
  Count membership_total = 0;
  Count membership_healthy = 0;

  static void Add(Count& count) { count.fetch_add(1, std::memory_order_relaxed); }
  static void Subtract(Count& count) { count.fetch_sub(1, std::memory_order_relaxed); }
  static uint64_t Get(const Count& count) { return count.load(std::memory_order_relaxed); }
};

// As "cluster.<name>.<number>"; `stats` must outlive the registry.
void RegisterClusterStats(MetricsRegistry& metrics, const std::string& cluster, const ClusterStats& stats);

}  // namespace minato::gateway

#include "gateway/upstream/cluster.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gateway/upstream/endpoint_health.h"
#include "gateway/upstream/endpoint_pool.h"
#include "gateway/upstream/jitter.h"
#include "gateway/upstream/load_balancer.h"
#include "gateway/upstream/resolve_name.h"
#include "runtime/check.h"
#include "runtime/event.h"
#include "runtime/sleep.h"
#include "telemetry/log.h"

namespace minato::gateway {
namespace {

// Addresses of one name.
constexpr size_t kAddressesMax = 256;

// A reader that stalls holds a stream's window, and the windows of all streams together may fill the connection's. The
// configured sizes (16 and 24 MiB by default) are for one fast stream; ours are for many, some of them slow.
constexpr uint32_t kStreamWindowBytesMax = 256 << 10;
constexpr uint32_t kConnectionWindowBytesMax = 24 << 20;

http::Http2ClientOptions Http2Options(const config::Http2ProtocolOptions& http2) {
  return {.stream_window_bytes = std::min(http2.initial_stream_window_size, kStreamWindowBytesMax),
          .connection_window_bytes =
              std::clamp<uint32_t>(http2.initial_connection_window_size, 65535, kConnectionWindowBytesMax),
          .streams_max = http2.max_concurrent_streams};
}

}  // namespace

class Cluster::Impl {
 public:
  Impl(AsioExecutor& home, const config::Cluster& config, ClusterStats& stats, std::shared_ptr<const TlsConnector> tls)
      : home_(home), config_(config), stats_(stats), tasks_(home),
        shared_{home, config, stats, tasks_, Http2Options(config.http2), std::move(tls)},
        balancer_(config.lb_policy, config.healthy_panic_threshold, std::random_device()()),
        resolved_(config.endpoints.size()) {}

  void Begin() {
    if (config_.type == config::Cluster::Type::kStatic) {
      for (size_t i = 0; i < config_.endpoints.size(); ++i) {
        boost::system::error_code error;
        const auto address = boost::asio::ip::make_address(config_.endpoints[i].address, error);
        CHECK(!error, "{} is no address: the configuration is checked", config_.endpoints[i].address);
        resolved_[i] = {address};
      }
      UpdateEndpoints();
      return;
    }
    names_unresolved_ = config_.endpoints.size();
    SetReadyOnceKnown();
    for (size_t i = 0; i < config_.endpoints.size(); ++i) tasks_.Spawn(KeepResolving(*this, i));
  }

  std::unique_ptr<HttpCall> Start(const HttpRequestView& request, bool ends) {
    auto call = std::make_unique<Http2Call>(config_.per_connection_buffer_limit_bytes);
    EndpointPool* const endpoint = closed_ ? nullptr : balancer_.Choose();
    if (endpoint == nullptr) {
      ClusterStats::Add(stats_.upstream_cx_none_healthy);
      call->Fail(UpstreamFailure::kNoHealthyHost, "no healthy upstream");
    } else {
      endpoint->Start(*call, request, ends);
    }
    return call;
  }

  Task<void> Close() {
    closed_ = true;
    tasks_.Cancel(Cancelled("the cluster closes"));
    const Status ended = co_await tasks_.Join();
    for (auto& endpoint : endpoints_) Leave(std::move(endpoint));
    endpoints_.clear();
    for (const auto& endpoint : leaving_) {
      if (endpoint->health != nullptr) co_await endpoint->health->Join();
    }
    leaving_.clear();
  }

  const config::Cluster& config() const { return config_; }
  ClusterStats& stats() { return stats_; }
  Event& ready() { return ready_; }

 private:
  using Addresses = std::vector<boost::asio::ip::address>;

  static Task<void> KeepResolving(Impl& self, size_t index) {
    const config::Endpoint& endpoint = self.config_.endpoints[index];
    bool first = true;
    int failures = 0;  // in a row
    while (true) {
      StatusOr<ResolvedName> found =
          co_await ResolveName(self.home_, endpoint.address, {.family = self.config_.dns_lookup_family});
      const TaskContext& context = co_await CurrentContext();
      if (context.cancel.cancelled()) co_return;
      absl::Duration next = self.config_.dns_refresh_rate;
      failures = found.ok() ? 0 : failures + 1;
      if (found.ok()) {
        const bool literal = found->ttl == absl::InfiniteDuration();
        if (literal || (self.config_.respect_dns_ttl && found->ttl > absl::ZeroDuration())) next = found->ttl;
        self.Resolved(index, std::move(found->addresses));
      } else {
        // What was known before is better than nothing.
        Log::Warning("cluster {}: {}", self.config_.name, MessageOf(found.status()));
        if (self.config_.dns_failure_refresh_rate.has_value()) {
          next = self.jitter_.Below(BackOff(*self.config_.dns_failure_refresh_rate, failures));
        }
      }
      if (std::exchange(first, false)) {
        --self.names_unresolved_;
        self.SetReadyOnceKnown();
      }
      const Status slept = co_await Sleep(next);
      if (!slept.ok()) co_return;
    }
  }

  // The longest wait after so many failures in a row: twice as long each time.
  static absl::Duration BackOff(const config::RefreshRate& rate, int failures) {
    absl::Duration wait = rate.base_interval;
    for (int i = 1; i < failures && wait < rate.max_interval; ++i) wait *= 2;
    return std::min(wait, rate.max_interval);
  }

  void Resolved(size_t index, Addresses addresses) {
    if (addresses.size() > kAddressesMax) addresses.resize(kAddressesMax);
    if (config_.type == config::Cluster::Type::kLogicalDns) addresses.resize(1);
    if (addresses == resolved_[index]) return;
    resolved_[index] = std::move(addresses);
    UpdateEndpoints();
  }

  // Keeps the pools of addresses that stay; the others get no new calls.
  void UpdateEndpoints() {
    Endpoints before = std::exchange(endpoints_, {});
    for (size_t i = 0; i < resolved_.size(); ++i) {
      const config::Endpoint& endpoint = config_.endpoints[i];
      for (const auto& ip : resolved_[i]) {
        const SocketAddress address(ip, endpoint.port);
        const auto same = [&](const auto& known) { return known != nullptr && known->pool.address() == address; };
        if (std::any_of(endpoints_.begin(), endpoints_.end(), same)) continue;
        const auto kept = std::find_if(before.begin(), before.end(), same);
        if (kept != before.end()) {
          (*kept)->pool.set_weight(endpoint.weight);
          endpoints_.push_back(std::move(*kept));
        } else {
          endpoints_.push_back(Join(address, endpoint));
        }
      }
    }
    std::erase_if(leaving_, [](const auto& endpoint) { return endpoint->gone(); });
    for (auto& endpoint : before) {
      if (endpoint != nullptr) Leave(std::move(endpoint));
    }
    HealthChanged();
  }

  struct Endpoint {
    Endpoint(EndpointPool::Shared& shared, const SocketAddress& address, const config::Endpoint& config)
        : pool(shared, address, config.weight), config(config) {}
    bool healthy() const { return config.healthy && (health == nullptr || health->healthy()); }
    bool gone() const { return pool.empty() && (health == nullptr || health->idle()); }

    EndpointPool pool;
    const config::Endpoint& config;
    std::unique_ptr<EndpointHealth> health;  // nullptr: nobody asks
  };
  using Endpoints = std::vector<std::unique_ptr<Endpoint>>;

  std::unique_ptr<Endpoint> Join(const SocketAddress& address, const config::Endpoint& config) {
    auto endpoint = std::make_unique<Endpoint>(shared_, address, config);
    if (config.health_checked && !config_.health_checks.empty()) {
      endpoint->health = std::make_unique<EndpointHealth>(home_, config_, config, stats_, CheckedAt(address, config),
                                                          shared_.tls, [this] { HealthChanged(); });
    }
    return endpoint;
  }

  static SocketAddress CheckedAt(const SocketAddress& address, const config::Endpoint& config) {
    const auto ip = config.health_check_address.empty() ? address.address()
                                                        : boost::asio::ip::make_address(config.health_check_address);
    const bool own_port = config.health_check_port == 0 && config.health_check_address.empty();
    return {ip, own_port ? address.port() : config.health_check_port};
  }

  void Leave(std::unique_ptr<Endpoint> endpoint) {
    endpoint->pool.Drain();
    if (endpoint->health != nullptr) endpoint->health->Stop();
    leaving_.push_back(std::move(endpoint));
  }

  void HealthChanged() {
    std::vector<EndpointPool*> pools;
    uint64_t healthy = 0;
    for (const auto& endpoint : endpoints_) {
      endpoint->pool.set_healthy(endpoint->healthy());
      healthy += endpoint->pool.healthy() ? 1 : 0;
      pools.push_back(&endpoint->pool);
    }
    balancer_.SetEndpoints(pools);
    stats_.membership_total.store(endpoints_.size(), std::memory_order_relaxed);
    stats_.membership_healthy.store(healthy, std::memory_order_relaxed);
    SetReadyOnceKnown();
  }

  void SetReadyOnceKnown() {
    const bool known = std::all_of(endpoints_.begin(), endpoints_.end(), [](const auto& endpoint) {
      return endpoint->health == nullptr || endpoint->health->known();
    });
    if (names_unresolved_ == 0 && known && !ready_.is_set()) ready_.Set();
  }

  AsioExecutor& home_;
  const config::Cluster& config_;
  ClusterStats& stats_;
  Scope tasks_;  // connections, look-ups
  EndpointPool::Shared shared_;
  LoadBalancer balancer_;
  std::vector<Addresses> resolved_;  // by endpoint of the configuration
  size_t names_unresolved_ = 0;
  Endpoints endpoints_;
  Endpoints leaving_;  // they end with their last call
  Event ready_;
  Jitter jitter_;
  bool closed_ = false;
};

Cluster::Cluster(AsioExecutor& home, const config::Cluster& config, ClusterStats& stats,
                 std::shared_ptr<const TlsConnector> tls)
    : impl_(std::make_unique<Impl>(home, config, stats, std::move(tls))) {}

Cluster::~Cluster() = default;

void Cluster::Begin() { impl_->Begin(); }

Task<Status> Cluster::Ready() {
  CO_TRY(co_await impl_->ready().Wait());
  co_return OkStatus();
}

std::unique_ptr<HttpCall> Cluster::Start(const HttpRequestView& request, bool ends) {
  return impl_->Start(request, ends);
}

Task<void> Cluster::Close() { co_await impl_->Close(); }

const config::Cluster& Cluster::config() const { return impl_->config(); }

ClusterStats& Cluster::stats() { return impl_->stats(); }

}  // namespace minato::gateway

#include "gateway/envoy/envoy_gateway.h"

#include <algorithm>

#include "gateway/envoy/opened_logs.h"
#include "gateway/envoy/worker_chains.h"
#include "gateway/error_answer.h"
#include "gateway/front/envoy_front.h"
#include "gateway/front/listener.h"
#include "runtime/scope.h"
#include "telemetry/log.h"

namespace minato::gateway {
namespace {

// How long a start waits for names and health checks (Envoy: the clusters' warming).
constexpr absl::Duration kWarmingMax = absl::Seconds(5);

bool SameTls(const std::optional<config::TlsContext>& a, const std::optional<config::TlsContext>& b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() == b.has_value();
  const auto same_name = [](const config::StringMatcher& x, const config::StringMatcher& y) {
    return x.kind == y.kind && x.text == y.text && x.ignore_case == y.ignore_case;
  };
  return a->certificate_chain == b->certificate_chain && a->private_key == b->private_key &&
         a->trusted_ca == b->trusted_ca && a->require_client_certificate == b->require_client_certificate &&
         a->alpn_protocols == b->alpn_protocols &&
         std::equal(a->match_subject_alt_names.begin(), a->match_subject_alt_names.end(),
                    b->match_subject_alt_names.begin(), b->match_subject_alt_names.end(), same_name);
}

bool SameFront(const config::HttpConnectionManager& a, const config::HttpConnectionManager& b) {
  return a.codec_type == b.codec_type && a.accept_http_10 == b.accept_http_10 &&
         a.default_host_for_http_10 == b.default_host_for_http_10 && a.server_name == b.server_name &&
         a.server_header_transformation == b.server_header_transformation && a.via == b.via &&
         a.headers_with_underscores_action == b.headers_with_underscores_action &&
         a.max_requests_per_connection == b.max_requests_per_connection &&
         a.max_request_headers_kb == b.max_request_headers_kb && a.max_headers_count == b.max_headers_count &&
         a.idle_timeout == b.idle_timeout && a.stream_idle_timeout == b.stream_idle_timeout &&
         a.request_headers_timeout == b.request_headers_timeout &&
         a.http2.max_concurrent_streams == b.http2.max_concurrent_streams &&
         a.http2.initial_stream_window_size == b.http2.initial_stream_window_size &&
         a.http2.initial_connection_window_size == b.http2.initial_connection_window_size;
}

ListenOptions HowToListen(const config::Listener& listener) {
  return {.ip_versions = listener.ipv4_compat ? IpVersions::kBoth : IpVersions::kOwn,
          .tcp_backlog_size = listener.tcp_backlog_size};
}

// Whether connections that were made under `a` may go on under `b`. Certificates are read anew in any case.
bool OpensAlike(const config::Listener& a, const config::Listener& b) {
  const auto same_chain = [](const config::FilterChain& x, const config::FilterChain& y) {
    return x.server_names == y.server_names && SameTls(x.tls, y.tls) && SameFront(x.http, y.http);
  };
  return a.address == b.address && a.ipv4_compat == b.ipv4_compat && a.tcp_backlog_size == b.tcp_backlog_size &&
         std::equal(a.filter_chains.begin(), a.filter_chains.end(), b.filter_chains.begin(), b.filter_chains.end(),
                    same_chain);
}

}  // namespace

struct EnvoyGateway::Worker {
  explicit Worker(AsioExecutor& home) : retired(home) {}

  static Task<Status> Begin(std::unique_ptr<WorkerChains>& chains, AsioExecutor& home,
                            std::shared_ptr<const CompiledBootstrap> compiled, std::shared_ptr<const OpenedLogs> logs,
                            const StatsByCluster& stats) {
    chains = std::make_unique<WorkerChains>(home, std::move(compiled), std::move(logs), stats);
    co_return co_await chains->Begin(kWarmingMax);
  }
  static Task<Status> Abandon(std::unique_ptr<WorkerChains> chains) {
    co_await chains->Close();
    co_return OkStatus();
  }
  Task<Status> Use(std::unique_ptr<WorkerChains> next) {
    if (chains != nullptr) retired.Spawn(Abandon(std::move(chains)));
    chains = std::move(next);
    co_return OkStatus();
  }
  Task<Status> End() {
    if (chains != nullptr) retired.Spawn(Abandon(std::move(chains)));
    co_return co_await retired.Join();
  }

  std::unique_ptr<WorkerChains> chains;  // what serves now
  Scope retired;                         // what ends with its last request
};

// Hands the requests of one listener to whatever serves at the time, on one worker.
class EnvoyGateway::ListenerHandler final : public RequestHandler {
 public:
  ListenerHandler(Worker& worker, std::string address, ErrorShape error_shape)
      : worker_(worker), address_(std::move(address)), error_shape_(error_shape) {}

  Task<void> Serve(ClientStream& stream) override {
    const Status served = co_await worker_.chains->Serve(address_, stream);
    if (served.ok()) co_return;
    // A connection that came before its listener's configuration, or outlived it.
    const std::string_view type = stream.head().Find(http::KnownHeader::kContentType).value_or("");
    const Status sent = co_await RespondError(stream, ErrorShapeFor(error_shape_, type), served);
  }
  void Refused(const RefusedRequest& request) override { worker_.chains->Refused(address_, request); }

 private:
  Worker& worker_;
  const std::string address_;
  const ErrorShape error_shape_;
};

struct EnvoyGateway::Server {
  config::Listener opened_as;
  std::vector<std::unique_ptr<ListenerHandler>> handlers;  // by worker
  std::vector<std::unique_ptr<AccessLog>> logs;            // by worker, before the handler
  ConnectionLimit connection_limit;
  std::unique_ptr<HttpServer> http;
};

struct EnvoyGateway::Impl {
  Impl(WorkerPool& pool, AccessLog::Lines access_log, LogFiles& log_files, MetricsRegistry& metrics)
      : pool(pool), access_log(access_log), log_files(log_files), metrics(metrics) {
    for (size_t i = 0; i < pool.size(); ++i) workers.push_back(std::make_unique<Worker>(pool.home(i)));
  }

  StatusOr<std::unique_ptr<Server>> Listen(const config::Listener& listener, ErrorShape error_shape);
  bool Serves(const config::Listener& listener) const {
    return std::any_of(servers.begin(), servers.end(),
                       [&](const auto& server) { return OpensAlike(server->opened_as, listener); });
  }
  bool ListensOn(const std::string& address) const {
    return std::any_of(servers.begin(), servers.end(),
                       [&](const auto& server) { return server->opened_as.address == address; });
  }
  void LimitConnections(const config::Bootstrap& bootstrap);
  // The servers that are not what a listener of `bootstrap` wants.
  std::vector<std::unique_ptr<Server>> TakeUnwanted(const config::Bootstrap& bootstrap);

  WorkerPool& pool;
  const AccessLog::Lines access_log;
  LogFiles& log_files;
  MetricsRegistry& metrics;
  HttpMetrics http_metrics;
  ConnectionLimit connection_limit;  // of all servers together
  StatsByCluster stats;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::unique_ptr<Server>> servers;
  bool drained = false;
};

StatusOr<std::unique_ptr<EnvoyGateway::Server>> EnvoyGateway::Impl::Listen(const config::Listener& listener,
                                                                            ErrorShape error_shape) {
  auto server = std::make_unique<Server>();
  server->opened_as = listener;
  server->connection_limit.set_max(listener.connection_limit.value_or(ConnectionLimit::kNone));
  for (size_t i = 0; i < workers.size(); ++i) {
    server->handlers.push_back(std::make_unique<ListenerHandler>(*workers[i], listener.address, error_shape));
    server->logs.push_back(std::make_unique<AccessLog>(http_metrics, *server->handlers.back(), access_log,
                                                       &pool.home(i).gathering()));
  }
  const auto handler_of = [&server](size_t worker) -> RequestHandler& { return *server->logs[worker]; };
  const auto tls_of = [this, address = listener.address](size_t worker) {
    return workers[worker]->chains->TlsOf(address);
  };
  HttpServerOptions options = {.address = listener.address,
                               .listen = HowToListen(listener),
                               .limits = {}, .tls_of = tls_of,
                               .connection_limits = {&connection_limit, &server->connection_limit}};
  for (const config::FilterChain& chain : listener.filter_chains) {
    options.limits.push_back(EnvoyFront(chain.http, error_shape));
  }
  TRY(server->http, HttpServer::Start(pool, options, handler_of));
  return server;
}

void EnvoyGateway::Impl::LimitConnections(const config::Bootstrap& bootstrap) {
  connection_limit.set_max(bootstrap.global_downstream_max_connections.value_or(ConnectionLimit::kNone));
  for (const config::Listener& listener : bootstrap.listeners) {
    for (const auto& server : servers) {
      if (server->opened_as.address != listener.address) continue;
      server->connection_limit.set_max(listener.connection_limit.value_or(ConnectionLimit::kNone));
    }
  }
}

std::vector<std::unique_ptr<EnvoyGateway::Server>> EnvoyGateway::Impl::TakeUnwanted(
    const config::Bootstrap& bootstrap) {
  std::vector<std::unique_ptr<Server>> unwanted;
  for (auto& server : servers) {
    const bool wanted = std::any_of(bootstrap.listeners.begin(), bootstrap.listeners.end(), [&](const auto& listener) {
      return OpensAlike(server->opened_as, listener);
    });
    if (!wanted) unwanted.push_back(std::move(server));
  }
  std::erase(servers, nullptr);
  return unwanted;
}

EnvoyGateway::EnvoyGateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EnvoyGateway::~EnvoyGateway() { Drain(absl::ZeroDuration()); }

StatusOr<std::unique_ptr<EnvoyGateway>> EnvoyGateway::Start(WorkerPool& workers, config::Bootstrap bootstrap,
                                                            AccessLog::Lines access_log, LogFiles& log_files,
                                                            MetricsRegistry& metrics) {
  std::unique_ptr<EnvoyGateway> gateway(
      new EnvoyGateway(std::make_unique<Impl>(workers, access_log, log_files, metrics)));
  gateway->impl_->http_metrics.Register(metrics);
  TRY(gateway->Reload(std::move(bootstrap), absl::ZeroDuration()));
  return gateway;
}

StatusOr<std::vector<std::string>> EnvoyGateway::Check(config::Bootstrap bootstrap) {
  TRY(const std::shared_ptr<const CompiledBootstrap> compiled, CompiledBootstrap::Compile(std::move(bootstrap)));
  std::vector<std::string> warnings = compiled->bootstrap().warnings;
  const std::vector<std::string>& of_transcoders = compiled->transcoders().warnings();
  warnings.insert(warnings.end(), of_transcoders.begin(), of_transcoders.end());
  return warnings;
}

Status EnvoyGateway::Reload(config::Bootstrap bootstrap, absl::Duration grace) {
  Impl& impl = *impl_;
  TRY(const std::shared_ptr<const CompiledBootstrap> compiled, CompiledBootstrap::Compile(std::move(bootstrap)));
  const config::Bootstrap& fresh = compiled->bootstrap();
  TRY(const std::shared_ptr<const OpenedLogs> logs, OpenedLogs::Open(fresh, impl.log_files));
  for (const config::Cluster& cluster : fresh.clusters) {
    if (impl.stats.Add(cluster.name)) RegisterClusterStats(impl.metrics, cluster.name, impl.stats.Of(cluster.name));
  }
  std::vector<std::unique_ptr<WorkerChains>> next(impl.pool.size());
  const auto begin = [&](size_t worker) {
    return Worker::Begin(next[worker], impl.pool.home(worker), compiled, logs, impl.stats);
  };
  TRY(impl.pool.OnEach(begin));

  // Held until their servers listen: what cannot be had must be known before anything changes.
  std::vector<ListenAddress> held;
  for (const config::Listener& listener : fresh.listeners) {
    if (impl.ListensOn(listener.address)) continue;
    StatusOr<ListenAddress> address = ListenAddress::Reserve(listener.address, HowToListen(listener));
    if (!address.ok()) {
      const auto abandon = [&](size_t worker) { return Worker::Abandon(std::move(next[worker])); };
      TRY(impl.pool.OnEach(abandon));
      return address.status();
    }
    held.push_back(*std::move(address));
  }
  // A connection that was made under other rules (TLS, the order of the chains) never meets the new ones.
  for (const auto& server : impl.TakeUnwanted(fresh)) server->http->Drain(grace);
  const auto use = [&](size_t worker) { return impl.workers[worker]->Use(std::move(next[worker])); };
  TRY(impl.pool.OnEach(use));
  impl.LimitConnections(fresh);
  for (const config::Listener& listener : fresh.listeners) {
    if (impl.Serves(listener)) continue;
    TRY(std::unique_ptr<Server> server, impl.Listen(listener, fresh.error_shape));
    impl.servers.push_back(std::move(server));
  }
  for (const std::string& warning : fresh.warnings) Log::Warning("{}", warning);
  for (const std::string& warning : compiled->transcoders().warnings()) Log::Warning("{}", warning);
  return OkStatus();
}

std::vector<std::string> EnvoyGateway::addresses() const {
  std::vector<std::string> addresses;
  for (const auto& server : impl_->servers) addresses.push_back(server->http->address());
  return addresses;
}

size_t EnvoyGateway::connections() const {
  size_t sum = 0;
  for (const auto& server : impl_->servers) sum += server->http->connections();
  return sum;
}

void EnvoyGateway::Drain(absl::Duration grace) {
  if (std::exchange(impl_->drained, true)) return;
  const absl::Time deadline = absl::Now() + grace;
  for (const auto& server : impl_->servers) {
    server->http->Drain(std::max(absl::ZeroDuration(), deadline - absl::Now()));
  }
  const auto end = [&](size_t worker) { return impl_->workers[worker]->End(); };
  const Status ended = impl_->pool.OnEach(end);
}

}  // namespace minato::gateway

#include "gateway/envoy/worker_chains.h"

#include <algorithm>

#include <absl/strings/numbers.h>

#include "gateway/access_log/logged_stream.h"
#include "gateway/envoy/normal_host.h"
#include "gateway/envoy/normal_path.h"
#include "gateway/filters/client_address.h"
#include "gateway/filters/coding_filter.h"
#include "gateway/filters/forwarding_stream.h"
#include "gateway/filters/grpc_web.h"
#include "gateway/filters/health_check.h"
#include "gateway/filters/local_reply.h"
#include "gateway/filters/managed_head.h"
#include "gateway/filters/noted_head.h"
#include "gateway/filters/transcoder/transcoder_filter.h"
#include "gateway/front/envoy_front.h"
#include "http/http1_chars.h"
#include "runtime/deadline.h"
#include "runtime/when_all.h"

namespace minato::gateway {

bool StatsByCluster::Add(const std::string& cluster) {
  std::unique_ptr<ClusterStats>& stats = stats_[cluster];
  if (stats != nullptr) return false;
  stats = std::make_unique<ClusterStats>();
  return true;
}

namespace {

// What a request asks for, brought to its normal form.
class NormalHead final : public ForwardingHead {
 public:
  NormalHead(const RequestHead& head, std::string path, std::string authority)
      : ForwardingHead(head), path_bytes_(path.size()), target_(std::move(path)), authority_(std::move(authority)) {
    if (original().target().find('?') != std::string_view::npos) target_.append("?").append(original().query());
  }

  std::string_view target() const override { return target_; }
  std::string_view path() const override { return std::string_view(target_).substr(0, path_bytes_); }
  std::string_view authority() const override { return authority_; }

 private:
  const size_t path_bytes_;
  std::string target_;
  const std::string authority_;
};

class NormalStream final : public ForwardingStream {
 public:
  NormalStream(ClientStream& client, std::string path, std::string authority)
      : ForwardingStream(client), head_(client.head(), std::move(path), std::move(authority)) {}
  const RequestHead& head() const override { return head_; }

 private:
  const NormalHead head_;
};

std::optional<uint32_t> PortOf(std::string_view address) {
  uint32_t port = 0;
  const std::string_view digits = address.substr(address.rfind(':') + 1);
  return absl::SimpleAtoi(absl::string_view(digits.data(), digits.size()), &port) ? std::optional(port) : std::nullopt;
}

}  // namespace

// The filters of an http_connection_manager, in their order.
class WorkerChains::Chain final : public RequestHandler {
  using EscapedSlashes = config::HttpConnectionManager::EscapedSlashes;
  using StripPort = config::HttpConnectionManager::StripPort;

 public:
  Chain(const config::Listener& listener, const config::HttpConnectionManager& http, const CompiledBootstrap& compiled,
        const AccessLogs* logs, const Router::Clusters& clusters)
      : config_(http),
        logs_(logs),
        error_shape_(compiled.bootstrap().error_shape),
        routes_(compiled.RoutesOf(http)),
        own_ip_(http.use_remote_address ? OwnIp() : std::string()),
        identity_(IdentityOf(http)) {
    for (auto filter = http.http_filters.rbegin(); filter != http.http_filters.rend(); ++filter) {
      if (std::holds_alternative<config::GrpcStatsFilter>(*filter)) continue;
      filters_.push_back(Make(*filter, listener, compiled, clusters));
    }
    if (compiled.bootstrap().extensions.Has(config::Extension::kContentCoding)) {
      coding_.emplace(*this, CodingFilter::Options{
                                 .limit = {.bytes_max = listener.per_connection_buffer_limit_bytes,
                                           .name = "per_connection_buffer_limit_bytes"},
                                 .error_shape = error_shape_});
    }
  }

  Task<void> Enter(ClientStream& stream) { return logs_ == nullptr ? EnterCoded(stream) : EnterLogged(stream); }

  void Refused(const RefusedRequest& request) override {
    if (logs_ != nullptr) logs_->Write(RecordOf(request, logged_options()));
  }

  // Behind coding_.
  Task<void> Serve(ClientStream& stream) override {
    if (config_.use_remote_address && IsForTls(stream)) return RefuseScheme(stream);
    if (!stream.head().target().starts_with('/')) return RefuseTarget(stream);
    return normalizes() ? ServeNormal(stream) : ServeAsItIs(stream);
  }

 private:
  LoggedOptions logged_options() const {
    return {.client_address = client_address(),
            .identity = &identity_,
            .late_is_idle = config_.request_headers_timeout == absl::ZeroDuration() ||
                            config_.request_headers_timeout > config_.stream_idle_timeout};
  }

  Task<void> EnterLogged(ClientStream& stream) {
    const TaskContext& context = co_await CurrentContext();
    LoggedStream logged(stream, context, logged_options());
    co_await EnterCoded(logged);
    logs_->Write(logged.Finish());
  }

  Task<void> EnterCoded(ClientStream& stream) { return coding_.has_value() ? coding_->Serve(stream) : Serve(stream); }

  // Whether somebody looks at it in front of the router, which else does so, or it is not what the router makes of it.
  bool manages_head() const {
    return logs_ != nullptr || routes_.look_at_headers() || config_.use_remote_address || !config_.via.empty() ||
           config_.always_set_request_id_in_response;
  }

  Task<void> ServeAsItIs(ClientStream& stream) { return manages_head() ? ServeManaged(stream) : Begin(stream); }

  Task<void> ServeManaged(ClientStream& stream) {
    ManagedStream managed(stream, forwarding());
    co_await Begin(managed);
  }

  bool normalizes() const {
    return config_.normalize_path || config_.merge_slashes || config_.strip_trailing_host_dot ||
           config_.strip_port != StripPort::kNone ||
           config_.path_with_escaped_slashes_action != EscapedSlashes::kKeepUnchanged;
  }

  ClientAddress client_address() const {
    return {.use_remote_address = config_.use_remote_address, .xff_num_trusted_hops = config_.xff_num_trusted_hops};
  }

  Forwarding forwarding() const {
    return {.client_address = client_address(),
            .skip_xff_append = config_.skip_xff_append,
            .generate_request_id = config_.generate_request_id,
            .preserve_external_request_id = config_.preserve_external_request_id,
            .always_set_request_id_in_response = config_.always_set_request_id_in_response,
            .via = config_.via,
            .own_ip = own_ip_};
  }

  // An absolute URL of https that came without TLS.
  static bool IsForTls(const ClientStream& stream) {
    return !stream.encrypted() && stream.head().protocol() != "HTTP/2" &&
           http::EqualsIgnoreCase(stream.head().scheme(), "https");
  }

  // Envoy has no route then.
  bool SaysNoProto(const ClientStream& stream) const {
    return ForwardedProto(stream.head(), stream.encrypted(), client_address()).empty();
  }

  Task<void> Begin(ClientStream& stream) {
    AccessLogRecord* const log = logs_ == nullptr ? nullptr : stream.access_log();
    RouteChoice route(config_.route_config, SaysNoProto(stream) ? no_routes_ : routes_, stream.head(),
                      error_shape_, log);
    const NotedHead noted(log, stream.head());
    co_await filters_.back()->Serve(stream, route);
    if (log != nullptr) NoteRoute(route, *log);
  }

  static void NoteRoute(const RouteChoice& choice, AccessLogRecord& log) {
    if (choice.route() == nullptr) return;
    log.route_name = choice.route()->name;
    const auto* const action = std::get_if<config::RouteAction>(&choice.route()->action);
    if (action != nullptr && log.upstream_cluster.empty()) log.upstream_cluster = action->cluster;
  }

  Task<void> ServeNormal(ClientStream& stream) {
    const EscapedSlashes action = config_.path_with_escaped_slashes_action;
    std::optional<std::string> path(stream.head().path());
    std::optional<std::string> unescaped;
    if (action != EscapedSlashes::kKeepUnchanged) unescaped = UnescapeSlashes(*path);
    const bool redirects = unescaped.has_value() && action == EscapedSlashes::kUnescapeAndRedirect;
    if (unescaped.has_value()) {
      // gRPC clients follow no redirects.
      const bool refuses = redirects ? Routeless(stream).came_as_grpc() : action == EscapedSlashes::kRejectRequest;
      if (refuses) co_return co_await RefusePath(stream, "a path with %2F or %5C is not served");
      path = std::move(unescaped);
    }
    if (config_.normalize_path) path = NormalizePath(*path);
    if (!path.has_value()) co_return co_await RefusePath(stream, "a path with %00 is not served");
    if (config_.merge_slashes) path = MergeSlashes(*path);
    NormalStream normal(stream, *std::move(path), NormalHost(stream));
    if (redirects) co_return co_await RedirectTo(normal);
    co_await ServeAsItIs(normal);
  }

  std::string NormalHost(const ClientStream& stream) const {
    std::string host(stream.head().authority());
    if (config_.strip_trailing_host_dot) host = WithoutTrailingDot(host);
    if (config_.strip_port == StripPort::kNone) return host;
    const bool any = config_.strip_port == StripPort::kAny;
    return std::string(WithoutPort(host, any ? std::nullopt : PortOf(stream.local_address())));
  }

  // One that is no path, like "*", or the query alone of an absolute URL, has no route in Envoy.
  Task<void> RefuseTarget(ClientStream& stream) {
    const RouteChoice route(config_.route_config, routes_, stream.head(), error_shape_);
    co_await NoRoute(stream, route, stream.head().target());
  }

  // Of a request that is answered before a route is looked for.
  RouteChoice Routeless(const ClientStream& stream) const {
    return RouteChoice(config_.route_config, no_routes_, stream.head(), error_shape_);
  }

  Task<void> RefusePath(ClientStream& stream, std::string_view why) {
    const RouteChoice route = Routeless(stream);
    if (error_shape_ == ErrorShape::kEnvoy) {
      co_await LocalReply(stream, route, 400, "");
    } else {
      co_await LocalError(stream, route, InvalidArgument("{}", why));
    }
  }

  // To where the stream itself leads.
  Task<void> RedirectTo(ClientStream& stream) {
    const RouteChoice route = Routeless(stream);
    const NotedHead noted(stream.access_log(), stream.head());
    co_await LocalReply(stream, route, 307, "", {{"location", stream.head().target()}});
  }

  Task<void> RefuseScheme(ClientStream& stream) {
    return Refuse(stream, {.status = 403, .content_type = "text/plain", .ends_connection = true}, "Forbidden",
                  PermissionDenied("an https URL is not served without TLS"));
  }

  // As Envoy's codec does, in front of everything else: with `head` and `body`; in other shapes `error`.
  Task<void> Refuse(ClientStream& stream, ResponseHead head, std::string_view body, Status error) {
    if (error_shape_ == ErrorShape::kEnvoy) {
      const Status sent = co_await stream.Respond(head, body);
    } else {
      const RouteChoice route(config_.route_config, routes_, stream.head(), error_shape_);
      co_await LocalError(stream, route, std::move(error));
    }
  }

  static std::vector<HealthCheck::MinHealthy> MinHealthyOf(const config::HealthCheckFilter& health,
                                                           const Router::Clusters& clusters) {
    std::vector<HealthCheck::MinHealthy> wanted;
    for (const auto& [name, percent] : health.cluster_min_healthy_percentages) {
      const auto cluster = clusters.find(name);
      wanted.push_back({.stats = cluster == clusters.end() ? nullptr : cluster->second.stats, .percent = percent});
    }
    return wanted;
  }

  std::unique_ptr<HttpFilter> Make(const config::HttpFilter& filter, const config::Listener& listener,
                                   const CompiledBootstrap& compiled, const Router::Clusters& clusters) {
    if (std::holds_alternative<config::RouterFilter>(filter)) {
      return std::make_unique<Router>(
          clusters, Router::Options{.retry_buffer_bytes_max = listener.per_connection_buffer_limit_bytes,
                                    .request_timeout = config_.request_timeout,
                                    .stream_idle_timeout = config_.stream_idle_timeout,
                                    .max_stream_duration = config_.max_stream_duration,
                                    // A managed head says that already.
                                    .generate_request_id = config_.generate_request_id && !manages_head()});
    }
    HttpFilter& next = *filters_.back();
    const auto* const transcoder = std::get_if<std::shared_ptr<const config::GrpcJsonTranscoder>>(&filter);
    if (transcoder != nullptr) {
      const auto is_transcoder = [](const config::HttpFilter& other) {
        return std::holds_alternative<std::shared_ptr<const config::GrpcJsonTranscoder>>(other);
      };
      const auto number = std::count_if(config_.http_filters.data(), &filter, is_transcoder);
      return std::make_unique<TranscoderFilter>(compiled.transcoders(), **transcoder, static_cast<size_t>(number),
                                                StreamBuffers{.http1 = listener.per_connection_buffer_limit_bytes,
                                                              .http2 = config_.http2.initial_stream_window_size},
                                                next);
    }
    if (std::holds_alternative<config::CorsFilter>(filter)) {
      return std::make_unique<EnvoyCors>(compiled.cors_origins(), next);
    }
    if (const auto* const health = std::get_if<config::HealthCheckFilter>(&filter)) {
      return std::make_unique<HealthCheck>(*health, MinHealthyOf(*health, clusters), next);
    }
    return std::make_unique<GrpcWeb>(next);
  }

  const config::HttpConnectionManager& config_;
  const AccessLogs* const logs_;  // nullptr: there are none
  const ErrorShape error_shape_;
  const Routes& routes_;
  const config::RouteConfiguration no_route_config_;
  const Routes no_routes_{no_route_config_};
  const std::string own_ip_;
  const Identity identity_;
  std::vector<std::unique_ptr<HttpFilter>> filters_;  // the last of the chain first
  std::optional<CodingFilter> coding_;                // in front of them all
};

WorkerChains::WorkerChains(AsioExecutor& home, std::shared_ptr<const CompiledBootstrap> compiled,
                           std::shared_ptr<const OpenedLogs> logs, const StatsByCluster& stats)
    : compiled_(std::move(compiled)), logs_(std::move(logs)) {
  for (const config::Cluster& cluster : compiled_->bootstrap().clusters) {
    clusters_.push_back(std::make_unique<Cluster>(home, cluster, stats.Of(cluster.name), compiled_->TlsOf(cluster)));
    clusters_by_name_.emplace(cluster.name, Router::Target{clusters_.back().get(), &stats.Of(cluster.name),
                                                           cluster.thresholds.max_retries});
  }
  for (const config::Listener& listener : compiled_->bootstrap().listeners) {
    for (const config::FilterChain& chain : listener.filter_chains) {
      chains_[listener.address].push_back(
          std::make_unique<Chain>(listener, chain.http, *compiled_, logs_->Of(chain.http), clusters_by_name_));
    }
  }
}

WorkerChains::~WorkerChains() = default;

Task<Status> WorkerChains::Begin(absl::Duration patience) {
  std::vector<Task<Status>> ready;
  for (const auto& cluster : clusters_) {
    cluster->Begin();
    ready.push_back(cluster->Ready());
  }
  const TaskContext& context = co_await CurrentContext();
  Deadline limit(context, context.home->Now() + patience);
  for (Task<Status>& task : ready) {
    // Names that are still being looked up when patience ends are so with requests under way, too.
    const Status done = co_await InContext<Status>(limit.context(), std::move(task));
  }
  co_return OkStatus();
}

Task<void> WorkerChains::Close() {
  const Status left = co_await inside_.Close();
  for (const auto& cluster : clusters_) co_await cluster->Close();
}

void WorkerChains::Refused(const std::string& listener_address, const RefusedRequest& request) const {
  const auto chains = chains_.find(listener_address);
  if (chains == chains_.end() || request.filter_chain >= chains->second.size()) return;
  chains->second[request.filter_chain]->Refused(request);
}

Task<Status> WorkerChains::Serve(const std::string& listener_address, ClientStream& stream) {
  CO_TRY(Gate::Pass pass, inside_.Enter());
  const auto chains = chains_.find(listener_address);
  if (chains == chains_.end()) co_return Unavailable("no listener {}", listener_address);
  if (stream.filter_chain() >= chains->second.size()) co_return Unavailable("no such filter chain any more");
  co_await chains->second[stream.filter_chain()]->Enter(stream);
  co_return OkStatus();
}

}  // namespace minato::gateway

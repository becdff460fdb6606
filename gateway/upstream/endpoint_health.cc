#include "gateway/upstream/endpoint_health.h"

#include "gateway/grpc_wire.h"
#include "gateway/upstream/grpc_frame_reader.h"
#include "runtime/deadline.h"
#include "runtime/sleep.h"
#include "telemetry/log.h"

namespace minato::gateway {
namespace {

constexpr std::string_view kUserAgent = "Envoy/HC";
constexpr size_t kReplyBytesMax = 64 << 10;

// grpc.health.v1.HealthCheckRequest
std::string HealthCheckRequest(const std::string& service) {
  std::string message;
  if (!service.empty()) {
    message += '\x0a';
    for (size_t rest = service.size(); true; rest >>= 7) {
      message += static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
      if (rest <= 0x7f) break;
    }
    message += service;
  }
  return GrpcFrameHead(message.size()) + message;
}

// grpc.health.v1.HealthCheckResponse has one field.
constexpr std::string_view kServing("\x08\x01", 2);

}  // namespace

EndpointHealth::EndpointHealth(AsioExecutor& home, const config::Cluster& config, const config::Endpoint& endpoint,
                               const ClusterStats& stats, const SocketAddress& address,
                               std::shared_ptr<const TlsConnector> tls, std::function<void()> changed)
    : config_(config), endpoint_(endpoint), cluster_stats_(stats), changed_(std::move(changed)), tasks_(home),
      shared_{home, config, own_stats_, tasks_, {}, std::move(tls)}, pool_(shared_, address, 1),
      unanswered_(config.health_checks.size()) {
  checks_.reserve(config.health_checks.size());
  for (const config::HealthCheck& check : config.health_checks) {
    checks_.push_back({.config = &check});
    tasks_.Spawn(KeepAsking(checks_.back()));
  }
}

EndpointHealth::~EndpointHealth() = default;

void EndpointHealth::Stop() {
  stopped_ = true;
  tasks_.Cancel(Cancelled("the endpoint is not used any more"));
}

Task<void> EndpointHealth::Join() {
  const Status ended = co_await tasks_.Join();
}

Task<void> EndpointHealth::KeepAsking(Check& check) {
  if (check.config->initial_jitter > absl::ZeroDuration()) {
    const Status slept = co_await Sleep(jitter_.Below(check.config->initial_jitter));
  }
  while (!stopped_) {
    const Outcome outcome = co_await Ask(*check.config);
    if (stopped_) break;
    Told(check, outcome);
    const Status slept = co_await Sleep(NextInterval(check, outcome == Outcome::kPass));
  }
}

absl::Duration EndpointHealth::NextInterval(const Check& check, bool passed) {
  const config::HealthCheck& config = *check.config;
  const bool at_edge = check.in_a_row > 0;
  absl::Duration wait;
  if (ClusterStats::Get(cluster_stats_.upstream_rq_total) == 0) {
    wait = config.no_traffic_interval;
    if (passed) wait = config.no_traffic_healthy_interval.value_or(wait);
  } else if (passed) {
    wait = config.interval;
    if (at_edge) wait = config.healthy_edge_interval.value_or(wait);
  } else {
    wait = config.unhealthy_interval.value_or(config.interval);
    if (at_edge) wait = config.unhealthy_edge_interval.value_or(wait);
  }
  wait += jitter_.Below(wait * config.interval_jitter_percent / 100);
  return wait + jitter_.Below(config.interval_jitter);
}

const std::string& EndpointHealth::HostName(const std::string& of_check) const {
  if (!endpoint_.health_check_hostname.empty()) return endpoint_.health_check_hostname;
  return of_check.empty() ? config_.name : of_check;
}

Task<EndpointHealth::Outcome> EndpointHealth::Ask(const config::HealthCheck& check) {
  const bool grpc = check.kind == config::HealthCheck::Kind::kGrpc;
  StatusOr<bool> well = co_await WithTimeout(check.timeout, grpc ? AskGrpc(check) : AskHttp(check));
  if (!well.ok()) co_return Outcome::kUnreachable;
  co_return *well ? Outcome::kPass : Outcome::kFail;
}

Task<StatusOr<bool>> EndpointHealth::AskHttp(const config::HealthCheck& check) {
  Http2Call call(kReplyBytesMax);
  pool_.Start(call,
              {.method = "GET",
               .authority = HostName(check.host),
               .path = check.path,
               .headers = {{"user-agent", kUserAgent}}},
              /*ends=*/true);
  HttpResponseHead head;
  while (head.status < 200) {
    CO_TRY(head, co_await call.ReadHead());
  }
  co_return head.status == 200;
}

Task<StatusOr<bool>> EndpointHealth::AskGrpc(const config::HealthCheck& check) {
  Http2Call call(kReplyBytesMax);
  pool_.Start(call,
              {.method = "POST",
               .authority = HostName(check.authority),
               .path = "/grpc.health.v1.Health/Check",
               .headers = {{"te", "trailers"}, {"content-type", "application/grpc"}, {"user-agent", kUserAgent}}},
              /*ends=*/false);
  CO_TRY(co_await call.Write(HealthCheckRequest(check.service_name)));
  call.End({});
  HttpResponseHead head;
  while (head.status < 200) {
    CO_TRY(head, co_await call.ReadHead());
  }
  if (head.status != 200 || head.ends) co_return false;
  GrpcFrameReader frames(kReplyBytesMax);
  while (true) {
    CO_TRY(const std::optional<std::string_view> piece, co_await call.Read());
    if (!piece.has_value()) break;
    frames.Feed(*piece);
  }
  std::string message;
  const StatusOr<bool> complete = frames.Next(message);
  co_return complete.ok() && *complete && message == kServing && call.trailers().Find("grpc-status") == "0";
}

void EndpointHealth::Told(Check& check, Outcome outcome) {
  const bool first = !check.answered;
  if (first) --unanswered_;
  check.answered = true;
  const bool passed = outcome == Outcome::kPass;
  if (passed == check.passes) {
    check.in_a_row = 0;
    if (first) changed_();
    return;
  }
  // The first answer counts at once, and so does an endpoint's own word against itself.
  ++check.in_a_row;
  const bool enough = passed ? first || check.in_a_row >= check.config->healthy_threshold
                             : outcome == Outcome::kFail || check.in_a_row >= check.config->unhealthy_threshold;
  if (!enough) return;
  check.in_a_row = 0;
  check.passes = passed;
  passing_ += passed ? 1 : -1;
  Log::Info("cluster {}: {} is {}", config_.name, pool_.name(), passed ? "healthy" : "not healthy");
  changed_();
}

}  // namespace minato::gateway

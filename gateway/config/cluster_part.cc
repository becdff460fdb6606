// config.cluster.v3, config.endpoint.v3, the active health checks of config.core.v3
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

constexpr std::string_view kOptionsKey = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
constexpr DurationRange kPositive = {.min = absl::Nanoseconds(1)};

void NeedsHttp2(const Place& place, const std::string& cluster, ConfigErrors& errors) {
  errors.Add(place,
             "the cluster \"{}\" would speak HTTP/1, and HTTP/1 upstreams are not supported; for HTTP/2 its "
             "typed_extension_protocol_options say {}: {{\"@type\": type.googleapis.com/{}, explicit_http_config: "
             "{{http2_protocol_options: {{}}}}}}",
             cluster, kOptionsKey, kOptionsKey);
}

void ReadThresholds(const YamlValue& value, Cluster& cluster, ConfigErrors& errors) {
  enum class Priority { kDefault, kHigh };
  MessageReader reader(value, kThresholds, errors);
  const Priority priority = reader.Enum<Priority>(
      "priority", Priority::kDefault, {{"DEFAULT", Priority::kDefault}, {"HIGH", Priority::kHigh}});
  Thresholds thresholds;
  thresholds.max_connections = reader.UInt32("max_connections", thresholds.max_connections);
  thresholds.max_pending_requests = reader.UInt32("max_pending_requests", thresholds.max_pending_requests);
  thresholds.max_requests = reader.UInt32("max_requests", thresholds.max_requests);
  thresholds.max_retries = reader.UInt32("max_retries", thresholds.max_retries);
  reader.WithoutEffect("track_remaining", "gauges of Envoy that are not exported");
  // No request has the priority HIGH: a route that asks for it is refused.
  if (priority == Priority::kDefault) cluster.thresholds = thresholds;
}

void ReadHealthCheckConfig(const YamlValue& value, Endpoint& endpoint, ConfigErrors& errors) {
  MessageReader reader(value, kHealthCheckConfig, errors);
  endpoint.health_check_port = static_cast<uint16_t>(reader.UInt32("port_value", 0, {.max = 65535}));
  endpoint.health_check_hostname = ReadHeaderText(reader, "hostname");
  endpoint.health_checked = !reader.Bool("disable_active_health_check");
  const auto address = reader.Take("address");
  if (!address) return;
  const HostAndPort where = ReadHostAndPort(*address, errors);
  if (!where.host.empty() && !IsIpAddress(where.host)) {
    errors.Add(address->place(), "malformed IP address: {}", where.host);
  }
  endpoint.health_check_address = where.host;
  if (endpoint.health_check_port == 0) endpoint.health_check_port = where.port;
}

Endpoint ReadEndpoint(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kLbEndpoint, errors);
  Endpoint endpoint;
  if (const auto inner = reader.TakeRequired("endpoint")) {
    MessageReader host(*inner, kEndpoint, errors);
    if (const auto address = host.TakeRequired("address")) {
      HostAndPort where = ReadHostAndPort(*address, errors);
      endpoint.address = std::move(where.host);
      endpoint.port = where.port;
    }
    if (const auto config = host.Take("health_check_config")) ReadHealthCheckConfig(*config, endpoint, errors);
  }
  endpoint.weight = reader.UInt32("load_balancing_weight", 1, {.min = 1});
  endpoint.healthy = reader.Enum<bool>("health_status", true,
                                       {{"UNKNOWN", true},
                                        {"HEALTHY", true},
                                        {"UNHEALTHY", false},
                                        {"DRAINING", false},
                                        {"TIMEOUT", false},
                                        {"DEGRADED", std::nullopt}});
  reader.WithoutEffect("metadata", "nothing that reads it is supported");
  return endpoint;
}

void ReadLocality(const YamlValue& value, Cluster& cluster, ConfigErrors& errors) {
  MessageReader reader(value, kLocalityLbEndpoints, errors);
  for (const YamlValue& endpoint : reader.TakeList("lb_endpoints")) {
    cluster.endpoints.push_back(ReadEndpoint(endpoint, errors));
  }
  reader.WithoutEffect("locality", "zone aware routing is refused where it is configured");
  reader.WithoutEffect("load_balancing_weight", "counts only with locality_weighted_lb_config, which is refused");
  reader.WithoutEffect("metadata", "nothing that reads it is supported");
  if (reader.UInt32("priority", 0) != 0) errors.Add(reader.PlaceOf("priority"), "only 0 is supported");
}

void ReadLoadAssignment(const YamlValue& value, Cluster& cluster, ConfigErrors& errors) {
  MessageReader reader(value, kClusterLoadAssignment, errors);
  reader.RequiredString("cluster_name");
  const auto localities = reader.TakeList("endpoints");
  for (const YamlValue& locality : localities) ReadLocality(locality, cluster, errors);
  if (cluster.type == Cluster::Type::kLogicalDns && (localities.size() != 1 || cluster.endpoints.size() != 1)) {
    errors.Add(reader.place(), "a LOGICAL_DNS cluster must have one locality with one endpoint");
  }
  for (const Endpoint& endpoint : cluster.endpoints) {
    if (cluster.type != Cluster::Type::kStatic || endpoint.address.empty() || IsIpAddress(endpoint.address)) continue;
    errors.Add(reader.place(), "malformed IP address: {}. Consider the cluster type STRICT_DNS or LOGICAL_DNS",
               endpoint.address);
  }
}

void ReadIntervals(MessageReader& reader, HealthCheck& check) {
  check.interval = reader.Duration("interval", absl::Seconds(1), kPositive);
  check.unhealthy_interval = reader.OptionalDuration("unhealthy_interval", kPositive);
  check.healthy_edge_interval = reader.OptionalDuration("healthy_edge_interval", kPositive);
  check.unhealthy_edge_interval = reader.OptionalDuration("unhealthy_edge_interval", kPositive);
  check.no_traffic_interval = reader.Duration("no_traffic_interval", check.no_traffic_interval, kPositive);
  check.no_traffic_healthy_interval = reader.OptionalDuration("no_traffic_healthy_interval", kPositive);
  check.initial_jitter = reader.Duration("initial_jitter", check.initial_jitter);
  check.interval_jitter = reader.Duration("interval_jitter", check.interval_jitter);
  check.interval_jitter_percent = reader.UInt32("interval_jitter_percent", 0);
}

HealthCheck ReadHealthCheck(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kHealthCheck, errors);
  HealthCheck check;
  for (const std::string_view field : {"timeout", "interval", "unhealthy_threshold", "healthy_threshold"}) {
    if (!reader.Has(field)) reader.Missing(field);
  }
  check.timeout = reader.Duration("timeout", absl::Seconds(1), kPositive);
  ReadIntervals(reader, check);
  reader.OnlyBool("reuse_connection", true);
  check.unhealthy_threshold = reader.UInt32("unhealthy_threshold", 1);
  check.healthy_threshold = reader.UInt32("healthy_threshold", 1);
  const std::string_view which =
      reader.WhichOf({"http_health_check", "tcp_health_check", "grpc_health_check", "custom_health_check"},
                     MessageReader::OneOf::kRequired);
  if (which == "http_health_check") {
    MessageReader http(*reader.Take(which), kHttpHealthCheck, errors);
    check.path = http.RequiredString("path");
    check.host = http.String("host");
    enum class Codec { kHttp2 };
    if (!http.Has("codec_client_type")) {
      errors.Add(http.PlaceOf("codec_client_type"), "HTTP2 is required: HTTP/1 upstreams are not supported");
    }
    http.Enum<Codec>("codec_client_type", Codec::kHttp2,
                     {{"HTTP1", std::nullopt}, {"HTTP2", Codec::kHttp2}, {"HTTP3", std::nullopt}});
  } else if (which == "grpc_health_check") {
    check.kind = HealthCheck::Kind::kGrpc;
    MessageReader grpc(*reader.Take(which), kGrpcHealthCheck, errors);
    check.service_name = grpc.String("service_name");
    check.authority = grpc.String("authority");
  }
  return check;
}

// max_requests_per_connection, the only one that is supported.
std::optional<uint32_t> ReadCommonOptions(const YamlValue& value, ConfigErrors& errors) {
  return MessageReader(value, kCommonHttpProtocolOptions, errors).OptionalUInt32("max_requests_per_connection");
}

void SetMaxRequests(MessageReader& reader, std::optional<uint32_t> of_common_options, Cluster& cluster) {
  const std::optional<uint32_t> older = reader.OptionalUInt32("max_requests_per_connection");
  if (older && of_common_options) {
    reader.errors().Add(reader.PlaceOf("max_requests_per_connection"), "stands in common_http_protocol_options, too");
  }
  cluster.max_requests_per_connection = of_common_options.value_or(older.value_or(0));
}

// False if the cluster would speak HTTP/1.
bool ReadProtocol(MessageReader& reader, Cluster& cluster) {
  ConfigErrors& errors = reader.errors();
  bool is_http2 = false;
  std::optional<uint32_t> max_requests;
  if (const auto options = reader.Take("common_http_protocol_options")) {
    max_requests = ReadCommonOptions(*options, errors);
  }
  if (const auto options = reader.Take("http2_protocol_options")) {
    cluster.http2 = ReadHttp2Options(*options, Side::kUpstream, errors);
    is_http2 = true;
  }
  const auto typed_options = reader.TakeMap("typed_extension_protocol_options");
  const auto older_http1 = reader.Take("http_protocol_options");
  // Beside the newer options the older ones count for nothing.
  if (!typed_options.empty()) {
    cluster.http2 = {};
    max_requests.reset();
  }
  if (typed_options.empty() && older_http1 && is_http2) {
    errors.Add(older_http1->place(), "besides http2_protocol_options it is an error, in Envoy, too");
  }
  for (const auto& [key, any] : typed_options) {
    const TypedValue typed = ReadAny(any, errors);
    if (typed.type.empty()) continue;
    if (key != kOptionsKey || typed.type != kOptionsKey) {
      errors.Add(any.place(), "is not supported");
      continue;
    }
    MessageReader options(typed.value, kUpstreamHttpProtocolOptions, errors);
    const std::string_view way = options.WhichOf(
        {"explicit_http_config", "use_downstream_protocol_config", "auto_config"}, MessageReader::OneOf::kRequired);
    if (way.empty()) continue;
    const YamlValue chosen = *options.Take(way);
    if (const auto common = options.Take("common_http_protocol_options")) {
      max_requests = ReadCommonOptions(*common, errors);
    }
    if (way != "explicit_http_config") {
      NeedsHttp2(chosen.place(), cluster.name, errors);
      continue;
    }
    MessageReader http(chosen, kExplicitHttpConfig, errors);
    const std::string_view version = http.WhichOf(
        {"http_protocol_options", "http2_protocol_options", "http3_protocol_options"},
        MessageReader::OneOf::kRequired);
    if (version.empty()) continue;
    const YamlValue protocol = *http.Take(version);
    if (version != "http2_protocol_options") {
      NeedsHttp2(protocol.place(), cluster.name, errors);
      continue;
    }
    cluster.http2 = ReadHttp2Options(protocol, Side::kUpstream, errors);
    is_http2 = true;
  }
  SetMaxRequests(reader, max_requests, cluster);
  return is_http2;
}

void ReadBalancing(const YamlValue& value, Cluster& cluster, ConfigErrors& errors) {
  MessageReader reader(value, kCommonLbConfig, errors);
  if (const auto threshold = reader.Take("healthy_panic_threshold")) {
    cluster.healthy_panic_threshold = static_cast<uint32_t>(ReadPercent(*threshold, errors));
  }
}

void ReadConnectionOptions(const YamlValue& value, Cluster& cluster, ConfigErrors& errors) {
  MessageReader reader(value, kUpstreamConnectionOptions, errors);
  const auto keepalive = reader.Take("tcp_keepalive");
  if (!keepalive) return;
  constexpr UInt32Range kForTheKernel = {.min = 1, .max = 32767};
  MessageReader numbers(*keepalive, kTcpKeepalive, errors);
  cluster.tcp_keepalive = {.keepalive_probes = numbers.OptionalUInt32("keepalive_probes", {.min = 1, .max = 127}),
                           .keepalive_time = numbers.OptionalUInt32("keepalive_time", kForTheKernel),
                           .keepalive_interval = numbers.OptionalUInt32("keepalive_interval", kForTheKernel)};
}

void ReadNames(MessageReader& reader, Cluster& cluster) {
  using Family = Cluster::DnsLookupFamily;
  const DurationRange above_a_millisecond = {.min = absl::Milliseconds(1) + absl::Nanoseconds(1)};
  cluster.dns_refresh_rate = reader.Duration("dns_refresh_rate", cluster.dns_refresh_rate, above_a_millisecond);
  if (const auto value = reader.Take("dns_failure_refresh_rate")) {
    MessageReader rate(*value, kRefreshRate, reader.errors());
    if (!rate.Has("base_interval")) rate.Missing("base_interval");
    RefreshRate& failure = cluster.dns_failure_refresh_rate.emplace();
    failure.base_interval = rate.Duration("base_interval", absl::Seconds(1), above_a_millisecond);
    failure.max_interval = rate.Duration("max_interval", 10 * failure.base_interval, above_a_millisecond);
    if (cluster.type != Cluster::Type::kStatic && failure.max_interval < failure.base_interval) {
      reader.errors().Add(rate.PlaceOf("max_interval"), "less than base_interval");
    }
  }
  cluster.respect_dns_ttl = reader.Bool("respect_dns_ttl");
  cluster.dns_lookup_family = reader.Enum<Family>("dns_lookup_family", Family::kAuto,
                                                  {{"AUTO", Family::kAuto},
                                                   {"V4_ONLY", Family::kV4Only},
                                                   {"V6_ONLY", Family::kV6Only},
                                                   {"V4_PREFERRED", Family::kV4Preferred},
                                                   {"ALL", Family::kAll}});
}

}  // namespace

Cluster ReadCluster(const YamlValue& value, ConfigErrors& errors) {
  using Type = Cluster::Type;
  using Balancing = Cluster::LoadBalancing;
  MessageReader reader(value, kCluster, errors);
  Cluster cluster;
  cluster.place = reader.place();
  cluster.name = reader.RequiredString("name");
  cluster.type = reader.Enum<Type>("type", Type::kStatic,
                                   {{"STATIC", Type::kStatic},
                                    {"STRICT_DNS", Type::kStrictDns},
                                    {"LOGICAL_DNS", Type::kLogicalDns},
                                    {"EDS", std::nullopt},
                                    {"ORIGINAL_DST", std::nullopt}});
  cluster.lb_policy = reader.Enum<Balancing>("lb_policy", Balancing::kRoundRobin,
                                             {{"ROUND_ROBIN", Balancing::kRoundRobin},
                                              {"LEAST_REQUEST", Balancing::kLeastRequest},
                                              {"RANDOM", Balancing::kRandom},
                                              {"RING_HASH", std::nullopt},
                                              {"MAGLEV", std::nullopt},
                                              {"CLUSTER_PROVIDED", std::nullopt},
                                              {"LOAD_BALANCING_POLICY_CONFIG", std::nullopt}});
  cluster.connect_timeout =
      reader.Duration("connect_timeout", cluster.connect_timeout, {.min = absl::Nanoseconds(1)});
  cluster.per_connection_buffer_limit_bytes =
      reader.UInt32("per_connection_buffer_limit_bytes", cluster.per_connection_buffer_limit_bytes);
  if (const auto balancing = reader.Take("common_lb_config")) ReadBalancing(*balancing, cluster, errors);
  if (const auto options = reader.Take("upstream_connection_options")) {
    ReadConnectionOptions(*options, cluster, errors);
  }
  if (const auto load = reader.Take("load_assignment")) ReadLoadAssignment(*load, cluster, errors);
  ReadNames(reader, cluster);
  if (const auto breakers = reader.Take("circuit_breakers")) {
    MessageReader circuit(*breakers, kCircuitBreakers, errors);
    for (const YamlValue& thresholds : circuit.TakeList("thresholds")) ReadThresholds(thresholds, cluster, errors);
  }
  for (const YamlValue& check : reader.TakeList("health_checks")) {
    cluster.health_checks.push_back(ReadHealthCheck(check, errors));
  }
  const size_t before = errors.count();
  if (!ReadProtocol(reader, cluster) && errors.count() == before) NeedsHttp2(reader.place(), cluster.name, errors);
  if (const auto socket = reader.Take("transport_socket")) cluster.tls = ReadUpstreamTls(*socket, errors);
  reader.WithoutEffect("alt_stat_name", "names counters of Envoy that are not exported");
  reader.WithoutEffect("metadata", "nothing that reads it is supported");
  return cluster;
}

}  // namespace minato::gateway::config

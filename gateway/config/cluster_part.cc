// config.cluster.v3, config.endpoint.v3, the active health checks of config.core.v3
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

constexpr std::string_view kOptionsKey = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
constexpr std::string_view kNeedsHttp2 =
    "HTTP/2 is needed: everything goes upstream over it, so typed_extension_protocol_options must have "
    "explicit_http_config.http2_protocol_options";

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
  }
  endpoint.weight = reader.UInt32("load_balancing_weight", 1, {.min = 1});
  enum class Health { kHealthy };
  reader.Enum<Health>("health_status", Health::kHealthy,
                      {{"UNKNOWN", Health::kHealthy},
                       {"HEALTHY", Health::kHealthy},
                       {"UNHEALTHY", std::nullopt},
                       {"DRAINING", std::nullopt},
                       {"TIMEOUT", std::nullopt},
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
  if (reader.UInt32("priority", 0) != 0) errors.Add(reader.place(), "priority: only 0 is supported");
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

HealthCheck ReadHealthCheck(const YamlValue& value, ConfigErrors& errors) {
  constexpr DurationRange kPositive = {.min = absl::Nanoseconds(1)};
  MessageReader reader(value, kHealthCheck, errors);
  HealthCheck check;
  for (const std::string_view field : {"timeout", "interval", "unhealthy_threshold", "healthy_threshold"}) {
    if (!reader.Has(field)) errors.Add(reader.place(), "{} is required", field);
  }
  check.timeout = reader.Duration("timeout", absl::Seconds(1), kPositive);
  check.interval = reader.Duration("interval", absl::Seconds(1), kPositive);
  check.no_traffic_interval = reader.Duration("no_traffic_interval", check.no_traffic_interval, kPositive);
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
      errors.Add(http.place(), "codec_client_type: HTTP2 is required (HTTP/1 goes nowhere upstream)");
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

// False if the cluster would speak HTTP/1.
bool ReadProtocol(MessageReader& reader, Cluster& cluster) {
  ConfigErrors& errors = reader.errors();
  bool is_http2 = false;
  if (const auto options = reader.Take("http2_protocol_options")) {
    cluster.http2 = ReadHttp2Options(*options, errors);
    is_http2 = true;
  }
  for (const auto& [key, any] : reader.TakeMap("typed_extension_protocol_options")) {
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
    if (way != "explicit_http_config") {
      errors.Add(chosen.place(), "{}", kNeedsHttp2);
      continue;
    }
    MessageReader http(chosen, kExplicitHttpConfig, errors);
    const std::string_view version = http.WhichOf(
        {"http_protocol_options", "http2_protocol_options", "http3_protocol_options"},
        MessageReader::OneOf::kRequired);
    if (version.empty()) continue;
    const YamlValue protocol = *http.Take(version);
    if (version != "http2_protocol_options") {
      errors.Add(protocol.place(), "{}", kNeedsHttp2);
      continue;
    }
    cluster.http2 = ReadHttp2Options(protocol, errors);
    is_http2 = true;
  }
  return is_http2;
}

void ReadNames(MessageReader& reader, Cluster& cluster) {
  using Family = Cluster::DnsLookupFamily;
  const DurationRange above_a_millisecond = {.min = absl::Milliseconds(1) + absl::Nanoseconds(1)};
  cluster.dns_refresh_rate = reader.Duration("dns_refresh_rate", cluster.dns_refresh_rate, above_a_millisecond);
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
                                              {"RING_HASH", std::nullopt},
                                              {"RANDOM", std::nullopt},
                                              {"MAGLEV", std::nullopt},
                                              {"CLUSTER_PROVIDED", std::nullopt},
                                              {"LOAD_BALANCING_POLICY_CONFIG", std::nullopt}});
  cluster.connect_timeout =
      reader.Duration("connect_timeout", cluster.connect_timeout, {.min = absl::Nanoseconds(1)});
  cluster.per_connection_buffer_limit_bytes =
      reader.UInt32("per_connection_buffer_limit_bytes", cluster.per_connection_buffer_limit_bytes);
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
  if (!ReadProtocol(reader, cluster) && errors.count() == before) errors.Add(reader.place(), "{}", kNeedsHttp2);
  if (const auto socket = reader.Take("transport_socket")) cluster.tls = ReadUpstreamTls(*socket, errors);
  reader.WithoutEffect("alt_stat_name", "names counters of Envoy that are not exported");
  reader.WithoutEffect("metadata", "nothing that reads it is supported");
  return cluster;
}

}  // namespace minato::gateway::config

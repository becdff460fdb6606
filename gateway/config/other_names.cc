#include "gateway/config/other_names.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/config/closest_name.h"

namespace minato::gateway::config {
namespace {

struct OtherName {
  std::string_view message;  // how its full name ends
  std::string_view field;
  std::string_view says;
};

constexpr OtherName kMistaken[] = {
    {"core.v3.SocketAddress", "port", "port_value"},
    {"core.v3.SocketAddress", "host", "address"},
    {"cluster.v3.Cluster", "endpoints", "load_assignment"},
    {"cluster.v3.Cluster", "discovery_type", "type"},
    {"listener.v3.Listener", "filters", "filter_chains"},
};

// Fields of API v2, and what API v3 has instead.
constexpr OtherName kOfApiV2[] = {
    {"bootstrap.v3.Bootstrap", "runtime", "layered_runtime"},
    {"cluster.v3.Cluster", "hosts", "load_assignment"},
    {"cluster.v3.Cluster", "tls_context", "transport_socket"},
    {"cluster.v3.Cluster", "extension_protocol_options", "typed_extension_protocol_options"},
    {"core.v3.HealthCheck.HttpHealthCheck", "use_http2", "codec_client_type"},
    {"core.v3.TransportSocket", "config", "typed_config"},
    {"accesslog.v3.AccessLog", "config", "typed_config"},
    {"listener.v3.Filter", "config", "typed_config"},
    {"listener.v3.ListenerFilter", "config", "typed_config"},
    {"listener.v3.FilterChain", "tls_context", "transport_socket"},
    {"HttpConnectionManager", "idle_timeout", "common_http_protocol_options"},
    {"http_connection_manager.v3.HttpFilter", "config", "typed_config"},
    {"route.v3.RouteConfiguration", "per_filter_config", "typed_per_filter_config"},
    {"route.v3.VirtualHost", "per_filter_config", "typed_per_filter_config"},
    {"route.v3.Route", "per_filter_config", "typed_per_filter_config"},
    {"route.v3.RouteMatch", "regex", "safe_regex"},
    {"route.v3.RouteAction", "host_rewrite", "host_rewrite_literal"},
    {"route.v3.HeaderMatcher", "regex_match", "safe_regex_match"},
    {"v3.CorsPolicy", "allow_origin", "allow_origin_string_match"},
    {"v3.CorsPolicy", "allow_origin_regex", "allow_origin_string_match"},
    {"v3.CorsPolicy", "enabled", "filter_enabled"},
    {"tls.v3.CertificateValidationContext", "verify_subject_alt_name", "match_typed_subject_alt_names"},
};

constexpr std::string_view kFileIsAll = "the file is all there is, SIGHUP reads it again";

constexpr OtherName kWaysOut[] = {
    {"bootstrap.v3.Bootstrap", "dynamic_resources", kFileIsAll},
    {"bootstrap.v3.Bootstrap", "hds_config", kFileIsAll},
    {"bootstrap.v3.Bootstrap", "stats_sinks", "/stats of the admin port has the gateway's counters"},
    {"Bootstrap.StaticResources", "secrets", "write certificates into tls_certificates and validation_context"},
    {"HttpConnectionManager", "rds", "write the routes into route_config; SIGHUP reads the file again"},
    {"HttpConnectionManager", "scoped_routes", "write the routes into route_config"},
    {"cluster.v3.Cluster", "eds_cluster_config", "use the type STRICT_DNS, or STATIC and SIGHUP"},
    {"cluster.v3.Cluster", "outlier_detection", "health_checks find endpoints that do not answer"},
    {"cluster.v3.Cluster", "load_balancing_policy", "lb_policy may be ROUND_ROBIN, LEAST_REQUEST or RANDOM"},
    {"core.v3.Address", "pipe", "a socket_address is"},
    {"core.v3.SocketAddress", "named_port", "port_value is"},
    {"tls.v3.CommonTlsContext", "tls_certificate_sds_secret_configs", "tls_certificates may name files"},
    {"tls.v3.CommonTlsContext", "validation_context_sds_secret_config", "validation_context may name a file"},
    {"tls.v3.CommonTlsContext", "combined_validation_context", "validation_context may name a file"},
};

template <size_t kSize>
std::string_view SaysOf(const OtherName (&names)[kSize], std::string_view message, std::string_view field) {
  const auto* const found = std::find_if(names, names + kSize, [&](const OtherName& name) {
    return name.field == field && message.ends_with(name.message);
  });
  return found == names + kSize ? std::string_view() : found->says;
}

// By kind of filter, the packages that Envoy 1.40 has below envoy.extensions.filters.
constexpr std::string_view kHttpPackages =
    "a2a adaptive_concurrency admission_control ai_protocol_manager alternate_protocols_cache api_key_auth "
    "aws_eventstream_parser aws_lambda aws_request_signing bandwidth_limit bandwidth_share basic_auth body_size_limit "
    "buffer cache cache_v2 cdn_loop composite compressor connect_grpc_bridge cors credential_injector csrf "
    "custom_response decompressor dynamic_forward_proxy dynamic_modules ext_authz ext_proc fault file_server "
    "file_system_buffer filter_chain gcp_authn geoip grpc_field_extraction grpc_http1_bridge grpc_http1_reverse_bridge "
    "grpc_json_reverse_transcoder grpc_json_transcoder grpc_stats grpc_web header_mutation header_to_metadata "
    "health_check ip_tagging json_to_metadata jwt_authn local_ratelimit lua mcp mcp_json_rest_bridge mcp_router oauth2 "
    "on_demand original_src proto_api_scrubber proto_message_extraction rate_limit_quota ratelimit rbac router "
    "set_filter_state set_metadata sse_to_metadata stateful_session tap thrift_to_metadata transform upstream_codec "
    "wasm";
constexpr std::string_view kNetworkPackages =
    "connection_limit direct_response dubbo_proxy dynamic_modules echo ext_authz ext_proc generic_proxy geoip "
    "http_connection_manager local_ratelimit mongo_proxy ratelimit rbac redis_proxy reverse_tunnel set_filter_state "
    "sni_cluster sni_dynamic_forward_proxy tcp_bandwidth_limit tcp_proxy thrift_proxy wasm zookeeper_proxy";
constexpr std::string_view kListenerPackages =
    "dynamic_modules http_inspector local_ratelimit original_dst original_src proxy_protocol set_filter_state "
    "tls_inspector";

// Of packages that Minato reads: their messages that stand by themselves in a file.
struct KnownType {
  std::string_view package;
  std::string_view message;
  ExtensionKind kind;
};
constexpr KnownType kKnownTypes[] = {
    {"cors", "Cors", ExtensionKind::kHttpFilter},
    {"cors", "CorsPolicy", ExtensionKind::kPerRoute},
    {"grpc_json_transcoder", "GrpcJsonTranscoder", ExtensionKind::kHttpFilter},
    {"grpc_stats", "FilterConfig", ExtensionKind::kHttpFilter},
    {"grpc_web", "GrpcWeb", ExtensionKind::kHttpFilter},
    {"health_check", "HealthCheck", ExtensionKind::kHttpFilter},
    {"router", "Router", ExtensionKind::kHttpFilter},
    {"http_connection_manager", "HttpConnectionManager", ExtensionKind::kNetworkFilter},
    {"tls_inspector", "TlsInspector", ExtensionKind::kListenerFilter},
};

std::string_view NameOf(ExtensionKind kind) {
  switch (kind) {
    case ExtensionKind::kHttpFilter:
    case ExtensionKind::kPerRoute: return "http";
    case ExtensionKind::kNetworkFilter: return "network";
    case ExtensionKind::kListenerFilter: return "listener";
  }
  return "";
}

std::string FullName(const KnownType& type) {
  return fmt::format("envoy.extensions.filters.{}.{}.v3.{}", NameOf(type.kind), type.package, type.message);
}

bool Contains(std::string_view names, std::string_view name) {
  while (!names.empty()) {
    const size_t space = std::min(names.find(' '), names.size());
    if (names.substr(0, space) == name) return true;
    names.remove_prefix(std::min(space + 1, names.size()));
  }
  return false;
}

// "envoy.extensions.filters.http.cors.v3.Cors" in its parts; empty ones for another name.
struct TypeName {
  std::string_view kind, package, message;
};
TypeName Split(std::string_view type) {
  constexpr std::string_view kFilters = "envoy.extensions.filters.";
  if (!type.starts_with(kFilters)) return {};
  type.remove_prefix(kFilters.size());
  const size_t dot = type.find('.');
  const size_t version = type.find(".v3.");
  if (dot == type.npos || version == type.npos || version <= dot) return {};
  return {type.substr(0, dot), type.substr(dot + 1, version - dot - 1), type.substr(version + 4)};
}

std::string_view PackagesOf(std::string_view kind) {
  return kind == "http"       ? kHttpPackages
         : kind == "network"  ? kNetworkPackages
         : kind == "listener" ? kListenerPackages
                              : std::string_view();
}

// A known type that the other one may be meant to be: of its package, or, from API v2, of its name.
const KnownType* Similar(const TypeName& name, std::string_view type) {
  const std::string_view message = type.substr(type.rfind('.') + 1);
  const KnownType* similar = nullptr;
  for (const KnownType& known : kKnownTypes) {
    if (name.package.empty() ? known.message != message : known.package != name.package) continue;
    if (similar == nullptr || message.starts_with(known.message)) similar = &known;
  }
  return similar;
}

std::string Unknown(std::string_view type, const TypeName& name, const KnownType* similar) {
  std::string text = fmt::format("unknown type {}", type);
  if (type.find(".v2.") != type.npos || type.find(".v2alpha") != type.npos) text += fmt::format("; {}", kApiV2);
  if (similar != nullptr) return text + fmt::format("; is it {}?", FullName(*similar));
  const std::string_view package = ClosestName(name.package, PackagesOf(name.kind));
  if (!package.empty()) text += fmt::format("; is it of envoy.extensions.filters.{}.{}.v3?", name.kind, package);
  return text;
}

}  // namespace

std::string_view MeantBy(std::string_view message, std::string_view unknown_field) {
  const std::string_view newer = SaysOf(kOfApiV2, message, unknown_field);
  return newer.empty() ? SaysOf(kMistaken, message, unknown_field) : newer;
}

bool IsOfApiV2(std::string_view message, std::string_view unknown_field) {
  return !SaysOf(kOfApiV2, message, unknown_field).empty();
}

std::string_view WayOut(std::string_view message, std::string_view field) { return SaysOf(kWaysOut, message, field); }

std::string WhyNot(ExtensionKind wanted, std::string_view type) {
  const TypeName name = Split(type);
  const KnownType* const similar = Similar(name, type);
  const bool exists = similar == nullptr ? Contains(PackagesOf(name.kind), name.package) : FullName(*similar) == type;
  const bool elsewhere = type.starts_with("envoy.") && name.package.empty() && type.find(".v3.") != type.npos;
  if (!exists && !elsewhere) return Unknown(type, name, similar);
  if (similar == nullptr || similar->kind == wanted) return fmt::format("{} is not supported", type);
  switch (similar->kind) {
    case ExtensionKind::kHttpFilter:
      return fmt::format("{} belongs into http_filters", type);
    case ExtensionKind::kPerRoute:
      return fmt::format("{} belongs into typed_per_filter_config of a route, virtual host or route_config", type);
    case ExtensionKind::kNetworkFilter:
      return fmt::format("{} belongs into filters of a filter chain", type);
    case ExtensionKind::kListenerFilter:
      return fmt::format("{} belongs into listener_filters", type);
  }
  return {};
}

}  // namespace minato::gateway::config

// What an Envoy bootstrap (config/bootstrap/v3) says, typed and checked: nothing behind this header sees YAML. Fields
// are named after Envoy's; defaults are Envoy's. What Minato does not do has no place here: the reader refuses it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <absl/time/time.h>

#include "gateway/access_log/format.h"
#include "gateway/config/extensions.h"
#include "gateway/error_body.h"
#include "gateway/routing/routing_options.h"
#include "gateway/stream_framing.h"
#include "gateway/transcode/json_read_options.h"
#include "gateway/transcode/wire_to_json.h"
#include "http/underscores.h"

namespace minato::gateway::config {

// Where something stands, for errors found later.
struct Place {
  std::string path;
  int line = 0;
  std::string file = {};  // empty: whoever tells of it knows

  std::string ToString() const;  // "envoy.yaml:12: static_resources.listeners[0]"
};

// extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder
struct GrpcJsonTranscoder {
  using StreamFraming = gateway::StreamFraming;

  Place place;
  std::string descriptor_file;   // proto_descriptor
  std::string descriptor_bytes;  // proto_descriptor_bin; one of the two unless services is empty
  std::vector<std::string> services;  // empty: the filter is switched off
  RoutingOptions routing = RoutingOptions::Envoy();
  JsonReadOptions read = JsonReadOptions::Envoy();
  JsonPrintOptions print;
  StreamFraming stream_framing = StreamFraming::kArray;
  bool match_incoming_request_route = false;
  bool convert_grpc_status = false;
  bool reject_unknown_method = false;
  std::optional<uint32_t> max_request_body_size;   // bytes
  std::optional<uint32_t> max_response_body_size;  // bytes
};

// type.matcher.v3.StringMatcher and RegexMatcher (RE2 syntax, whole string).
struct StringMatcher {
  enum class Kind { kExact, kPrefix, kSuffix, kContains, kRegex };
  Kind kind = Kind::kExact;
  std::string text;
  bool ignore_case = false;
};

// config.route.v3.HeaderMatcher
struct HeaderMatcher {
  std::string name;                         // lower-case; pseudo-headers as ":method"
  std::optional<StringMatcher> value = {};  // absent: the header must be present
  bool present = true;
  bool invert_match = false;
};

// config.route.v3.QueryParameterMatcher
struct QueryParameterMatcher {
  std::string name;
  std::optional<StringMatcher> value = {};  // absent: the parameter must be present
  bool present = true;
};

// extensions.filters.http.cors.v3.CorsPolicy, or the older `cors` of a virtual host or route.
struct CorsPolicy {
  std::vector<StringMatcher> allow_origin_string_match;
  std::string allow_methods;
  std::string allow_headers;
  std::string expose_headers;
  std::string max_age;
  std::optional<bool> allow_credentials;
  std::optional<bool> forward_not_matching_preflights;
};

// typed_per_filter_config. nullptr: nothing said at this level.
struct PerFilterConfig {
  // For the transcoders of the chain, in their order; those beyond its end have nothing said, either.
  std::vector<std::shared_ptr<const GrpcJsonTranscoder>> transcoders;
  std::shared_ptr<const CorsPolicy> cors;
  // The `cors` of a virtual host or route. Counts where no level has the other.
  std::shared_ptr<const CorsPolicy> older_cors;
};

// config.core.v3.HeaderValueOption, of a constant value. One that is empty and not to be kept does nothing, and is not
// here.
struct HeaderToAdd {
  enum class Action { kAppendIfExistsOrAdd, kAddIfAbsent, kOverwriteIfExistsOrAdd, kOverwriteIfExists };
  std::string name = {};  // lower-case
  std::string value = {};
  Action action = Action::kAppendIfExistsOrAdd;
};

// {request,response}_headers_to_{remove,add} of one level.
struct HeaderMutations {
  std::vector<std::string> remove = {};  // lower-case; before anything is added
  std::vector<HeaderToAdd> add = {};

  bool empty() const { return remove.empty() && add.empty(); }
};

struct RetryPolicy {
  std::vector<std::string> retry_on;  // "connect-failure", "5xx", …
  uint32_t num_retries = 1;
  std::optional<absl::Duration> per_try_timeout = {};
  std::vector<uint32_t> retriable_status_codes = {};
  absl::Duration base_interval = absl::Milliseconds(25);
  std::optional<absl::Duration> max_interval = {};  // ten times base_interval
};

struct RouteMatch {
  enum class Path { kPrefix, kPath, kSafeRegex, kPathSeparatedPrefix };
  Path kind = Path::kPrefix;
  std::string path;
  bool case_sensitive = true;
  std::vector<HeaderMatcher> headers = {};
  std::vector<QueryParameterMatcher> query_parameters = {};
  bool grpc = false;  // requests of the content-type application/grpc alone
};

struct ClusterWeight {
  std::string name;
  uint32_t weight = 0;  // a share of the requests, out of the sum of the weights
};

// config.route.v3.RouteAction.MaxStreamDuration
struct MaxStreamDuration {
  std::optional<absl::Duration> max_stream_duration = {};      // zero: none; nullopt: the connection manager's
  std::optional<absl::Duration> grpc_timeout_header_max = {};  // zero: of any length; nullopt: that does not count
  absl::Duration grpc_timeout_header_offset = absl::ZeroDuration();  // it is taken to be shorter by
};

struct RouteAction {
  std::string cluster = {};
  std::vector<ClusterWeight> weighted_clusters = {};  // in its place; one weight at least is not 0
  absl::Duration timeout = absl::Seconds(15);  // zero: none
  std::optional<absl::Duration> idle_timeout = {};
  std::string prefix_rewrite = {};
  std::string host_rewrite_literal = {};
  std::optional<RetryPolicy> retry_policy = {};
  std::optional<MaxStreamDuration> max_stream_duration = {};
};

struct DirectResponseAction {
  uint32_t status = 200;
  std::string body;
};

// What is empty or 0 stays as the request has it.
struct RedirectAction {
  std::string scheme_redirect = {};  // https_redirect: "https"
  std::string host_redirect = {};
  uint32_t port_redirect = 0;
  std::string path_redirect = {};  // not beside prefix_rewrite
  std::string prefix_rewrite = {};
  uint32_t response_code = 301;
  bool strip_query = false;
};

struct Route {
  Place place;
  std::string name;
  RouteMatch match;
  std::variant<RouteAction, DirectResponseAction, RedirectAction> action;
  PerFilterConfig per_filter;
  HeaderMutations request_headers;
  HeaderMutations response_headers;
};

struct VirtualHost {
  std::string name;
  std::vector<std::string> domains;  // exact, "*.example.com", "example.*", "*"
  std::vector<Route> routes;
  PerFilterConfig per_filter;
  std::optional<RetryPolicy> retry_policy;
  HeaderMutations request_headers;
  HeaderMutations response_headers;
};

struct RouteConfiguration {
  std::string name;
  std::vector<VirtualHost> virtual_hosts;
  PerFilterConfig per_filter;
  HeaderMutations request_headers;
  HeaderMutations response_headers;
  bool most_specific_header_mutations_wins = false;  // else what the route_config changes does, which comes last then
};

struct HealthCheckFilter {
  std::vector<HeaderMatcher> headers;  // all must match, ":path" among them
  std::map<std::string, uint32_t> cluster_min_healthy_percentages;
};
struct CorsFilter {};
struct GrpcStatsFilter {};  // counters of Envoy that are not exported: it does nothing
struct GrpcWebFilter {};
struct RouterFilter {};
using HttpFilter =
    std::variant<std::shared_ptr<const GrpcJsonTranscoder>, CorsFilter, GrpcStatsFilter, GrpcWebFilter,
                 HealthCheckFilter, RouterFilter>;

// config.core.v3.Http2ProtocolOptions
struct Http2ProtocolOptions {
  uint32_t max_concurrent_streams = 1024;
  uint32_t initial_stream_window_size = 16 << 20;      // bytes
  uint32_t initial_connection_window_size = 24 << 20;  // bytes
};

// extensions.transport_sockets.tls.v3.{Downstream,Upstream}TlsContext; files are PEM.
struct TlsContext {
  Place place = {};
  std::string certificate_chain = {};  // file, or inline_string beginning with "-----BEGIN"
  std::string private_key = {};
  std::string trusted_ca = {};  // validation_context; empty: the peer is not verified (upstream) or not asked (downstream)
  bool require_client_certificate = false;
  std::vector<std::string> alpn_protocols = {};
  std::string sni = {};                // upstream
  std::vector<StringMatcher> match_subject_alt_names = {};
};

// config.accesslog.v3.AccessLogFilter
struct AccessLogFilter {
  enum class Kind { kStatusCode, kDuration, kNotHealthCheck, kResponseFlag, kHeader, kAnd, kOr };
  enum class Comparison { kEq, kGe, kLe, kNe };
  Kind kind = Kind::kAnd;
  Comparison comparison = Comparison::kEq;  // of kStatusCode and kDuration (ms)
  uint32_t value = 0;
  std::vector<std::string> flags = {};       // kResponseFlag: "UH", …; empty: any
  std::optional<HeaderMatcher> header = {};  // kHeader
  std::vector<AccessLogFilter> filters = {};  // kAnd, kOr
};

// config.accesslog.v3.AccessLog: extensions.access_loggers.file.v3 and .stream.v3. What would go to /dev/null has none.
struct AccessLog {
  enum class Destination { kFile, kStandardOutput, kStandardError };
  Place place = {};
  Destination destination = Destination::kFile;
  std::string path = {};  // kFile
  std::variant<LogFormat, LogJson> format = LogFormat();
  bool omit_empty_values = false;
  std::optional<AccessLogFilter> filter = {};
};

struct HttpConnectionManager {
  enum class Codec { kAuto, kHttp1, kHttp2 };
  enum class ServerHeader { kOverwrite, kAppendIfAbsent, kPassThrough };
  enum class EscapedSlashes { kKeepUnchanged, kRejectRequest, kUnescapeAndRedirect, kUnescapeAndForward };
  enum class StripPort { kNone, kMatching, kAny };  // strip_matching_host_port, strip_any_host_port
  Place place;
  std::string stat_prefix;
  Codec codec_type = Codec::kAuto;
  RouteConfiguration route_config;
  std::vector<HttpFilter> http_filters;
  Http2ProtocolOptions http2;
  bool accept_http_10 = false;
  std::string default_host_for_http_10;  // empty: none
  std::string server_name = "envoy";
  ServerHeader server_header_transformation = ServerHeader::kOverwrite;
  std::string via;  // empty: none
  uint32_t max_request_headers_kb = 60;
  uint32_t max_headers_count = 100;
  http::Underscores headers_with_underscores_action = http::Underscores::kKeep;
  uint32_t max_requests_per_connection = 0;  // zero: any number
  absl::Duration idle_timeout = absl::Hours(1);             // of a connection without requests
  absl::Duration stream_idle_timeout = absl::Minutes(5);    // zero: none
  absl::Duration request_timeout = absl::ZeroDuration();    // until the request is complete; zero: none
  absl::Duration request_headers_timeout = absl::ZeroDuration();
  absl::Duration max_stream_duration = absl::ZeroDuration();  // of a request and its answer; zero: none
  bool use_remote_address = false;
  uint32_t xff_num_trusted_hops = 0;
  bool skip_xff_append = false;
  bool generate_request_id = true;
  bool preserve_external_request_id = false;
  bool always_set_request_id_in_response = false;
  bool normalize_path = false;
  bool merge_slashes = false;
  EscapedSlashes path_with_escaped_slashes_action = EscapedSlashes::kKeepUnchanged;
  StripPort strip_port = StripPort::kNone;
  bool strip_trailing_host_dot = false;
  std::vector<AccessLog> access_log;
};

struct FilterChain {
  std::vector<std::string> server_names;  // filter_chain_match; empty: any
  std::optional<TlsContext> tls;
  HttpConnectionManager http;
};

struct Listener {
  Place place;
  std::string name;
  std::string address;  // "127.0.0.1:8080", "[::1]:8080"
  bool ipv4_compat = false;  // at "[::]", IPv4, too
  std::optional<uint32_t> tcp_backlog_size = {};
  uint32_t per_connection_buffer_limit_bytes = 1 << 20;
  std::optional<uint32_t> connection_limit = {};  // of the runtime
  std::vector<FilterChain> filter_chains;
};

struct Thresholds {  // config.cluster.v3.CircuitBreakers.Thresholds, priority DEFAULT
  uint32_t max_connections = 1024;
  uint32_t max_pending_requests = 1024;
  uint32_t max_requests = 1024;
  uint32_t max_retries = 3;
};

struct HealthCheck {
  enum class Kind { kHttp, kGrpc };
  Kind kind = Kind::kHttp;
  absl::Duration timeout;
  absl::Duration interval;
  std::optional<absl::Duration> unhealthy_interval = {};  // instead of interval when the last check failed
  std::optional<absl::Duration> healthy_edge_interval = {};    // when it passed, and healthy_threshold wants more
  std::optional<absl::Duration> unhealthy_edge_interval = {};  // when it failed, and unhealthy_threshold wants more
  absl::Duration no_traffic_interval = absl::Seconds(60);  // instead of them all while no request went to the cluster
  std::optional<absl::Duration> no_traffic_healthy_interval = {};  // likewise, when the last check passed
  absl::Duration initial_jitter = absl::ZeroDuration();   // the first check waits for less than that, by chance
  absl::Duration interval_jitter = absl::ZeroDuration();  // added to each wait, by chance
  uint32_t interval_jitter_percent = 0;                   // likewise, of the wait
  uint32_t unhealthy_threshold = 1;
  uint32_t healthy_threshold = 1;
  std::string path = {};          // kHttp
  std::string host = {};          // kHttp; empty: the cluster's name
  std::string service_name = {};  // kGrpc
  std::string authority = {};     // kGrpc; empty: the cluster's name
};

struct Endpoint {
  std::string address;  // an IP for STATIC, else a name
  uint16_t port = 0;
  uint32_t weight = 1;
  bool healthy = true;  // health_status
  // health_check_config
  bool health_checked = true;
  std::string health_check_address = {};   // an IP; empty: the endpoint's
  uint16_t health_check_port = 0;          // 0: the endpoint's, or that of health_check_address
  std::string health_check_hostname = {};  // empty: as the check says
};

struct TcpKeepalive {  // what is absent is as the system has it
  std::optional<uint32_t> keepalive_probes = {};
  std::optional<uint32_t> keepalive_time = {};      // seconds
  std::optional<uint32_t> keepalive_interval = {};  // seconds
};

struct RefreshRate {
  absl::Duration base_interval;
  absl::Duration max_interval;
};

struct Cluster {
  enum class Type { kStatic, kStrictDns, kLogicalDns };
  enum class LoadBalancing { kRoundRobin, kLeastRequest, kRandom };
  enum class DnsLookupFamily { kAuto, kV4Only, kV6Only, kV4Preferred, kAll };  // kAuto: v6, and v4 if there is none
  Place place;
  std::string name;
  Type type = Type::kStatic;
  LoadBalancing lb_policy = LoadBalancing::kRoundRobin;
  std::vector<Endpoint> endpoints;
  absl::Duration connect_timeout = absl::Seconds(5);
  uint32_t healthy_panic_threshold = 50;  // percent of the endpoints; when fewer are healthy, all are used
  absl::Duration dns_refresh_rate = absl::Seconds(5);
  std::optional<RefreshRate> dns_failure_refresh_rate;  // absent: dns_refresh_rate
  bool respect_dns_ttl = false;
  DnsLookupFamily dns_lookup_family = DnsLookupFamily::kAuto;
  Thresholds thresholds;
  Http2ProtocolOptions http2;
  std::optional<TlsContext> tls;
  std::vector<HealthCheck> health_checks;
  std::optional<TcpKeepalive> tcp_keepalive;
  uint32_t max_requests_per_connection = 0;  // 0: any number
  uint32_t per_connection_buffer_limit_bytes = 1 << 20;
};

struct Admin {
  std::string address;
  bool ipv4_compat = false;
  std::vector<AccessLog> access_log;
};

struct Bootstrap {
  std::vector<Listener> listeners;
  std::vector<Cluster> clusters;
  std::optional<Admin> admin;
  std::optional<uint32_t> global_downstream_max_connections;  // of all listeners together
  std::vector<std::string> warnings;  // what was understood, and looks like a mistake
  // Not in the file: whoever reads it says this beside it.
  Extensions extensions;
  ErrorShape error_shape = ErrorShape::kEnvoy;
};

}  // namespace minato::gateway::config

#include "gateway/config/bootstrap_reader.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/config/bounded_file.h"

namespace minato::gateway::config {
namespace {

using ::testing::ElementsAre;
using ::testing::FieldsAre;

std::string TestFile(std::string_view name) { return fmt::format("gateway/config/testdata/{}", name); }

TEST(BootstrapReader, ReadsATranscoderInFrontOfACluster) {
  const auto bootstrap = ReadBootstrapFile(TestFile("transcoder.yaml"));
  ASSERT_TRUE(bootstrap.ok()) << bootstrap.status();

  ASSERT_EQ(bootstrap->listeners.size(), 1);
  const Listener& listener = bootstrap->listeners[0];
  EXPECT_EQ(listener.name, "front");
  EXPECT_EQ(listener.address, "127.0.0.1:8080");
  EXPECT_EQ(listener.per_connection_buffer_limit_bytes, 2048);
  ASSERT_EQ(listener.filter_chains.size(), 1);

  const HttpConnectionManager& http = listener.filter_chains[0].http;
  EXPECT_EQ(http.stat_prefix, "front");
  ASSERT_EQ(http.http_filters.size(), 2);
  const auto& transcoder = *std::get<std::shared_ptr<const GrpcJsonTranscoder>>(http.http_filters[0]);
  EXPECT_THAT(transcoder.services, ElementsAre("shop.v1.Shelves", "shop.v1.Books"));
  EXPECT_EQ(transcoder.descriptor_file, "api.pb");
  EXPECT_EQ(transcoder.routing.path_unescape, UnescapeSpec::kAll);
  EXPECT_EQ(transcoder.routing.unknown_name, UnknownName::kRefuse);
  EXPECT_EQ(transcoder.routing.unknown_name_text, UnknownNameText::kEnvoy);
  EXPECT_THAT(transcoder.routing.ignored_query_parameters, ElementsAre("key"));
  EXPECT_EQ(transcoder.stream_framing, GrpcJsonTranscoder::StreamFraming::kNewline);
  EXPECT_EQ(transcoder.print.enums, JsonPrintOptions::Enums::kNumbers);
  EXPECT_EQ(transcoder.read.dialect, Dialect::kEnvoy);
  EXPECT_EQ(transcoder.max_request_body_size, 8192);
  EXPECT_EQ(transcoder.max_response_body_size, std::nullopt);
  EXPECT_TRUE(std::holds_alternative<RouterFilter>(http.http_filters[1]));

  ASSERT_EQ(http.route_config.virtual_hosts.size(), 1);
  const VirtualHost& host = http.route_config.virtual_hosts[0];
  EXPECT_THAT(host.domains, ElementsAre("*"));
  ASSERT_EQ(host.routes.size(), 3);
  EXPECT_EQ(std::get<RouteAction>(host.routes[0].action).timeout, absl::Milliseconds(250));
  ASSERT_EQ(host.routes[0].per_filter.transcoders.size(), 1);
  EXPECT_TRUE(host.routes[0].per_filter.transcoders[0]->convert_grpc_status);
  EXPECT_EQ(std::get<DirectResponseAction>(host.routes[1].action).status, 403);
  EXPECT_EQ(std::get<DirectResponseAction>(host.routes[1].action).body, "closed");
  EXPECT_TRUE(host.routes[2].per_filter.transcoders.empty());

  ASSERT_EQ(bootstrap->clusters.size(), 1);
  const Cluster& cluster = bootstrap->clusters[0];
  EXPECT_EQ(cluster.connect_timeout, absl::Seconds(1));
  EXPECT_EQ(cluster.http2.max_concurrent_streams, 100);
  ASSERT_EQ(cluster.endpoints.size(), 1);
  EXPECT_EQ(cluster.endpoints[0].address, "127.0.0.1");
  EXPECT_EQ(cluster.endpoints[0].port, 50051);
}

TEST(BootstrapReader, ReadsNamesCertificatesAndClustersBehindTls) {
  const auto bootstrap = ReadBootstrapFile(TestFile("tls.yaml"));
  ASSERT_TRUE(bootstrap.ok()) << bootstrap.status();
  ASSERT_TRUE(bootstrap->admin.has_value());
  EXPECT_EQ(bootstrap->admin->address, "[::1]:9901");

  ASSERT_EQ(bootstrap->listeners[0].filter_chains.size(), 2);
  const FilterChain& named = bootstrap->listeners[0].filter_chains[0];
  EXPECT_THAT(named.server_names, ElementsAre("api.example.com", "*.api.example.com"));
  ASSERT_TRUE(named.tls.has_value());
  EXPECT_EQ(named.tls->certificate_chain, "api.crt");
  EXPECT_EQ(named.tls->private_key, "api.key");
  EXPECT_TRUE(named.tls->trusted_ca.starts_with("-----BEGIN CERTIFICATE-----\n"));
  EXPECT_TRUE(named.tls->require_client_certificate);
  EXPECT_THAT(named.tls->alpn_protocols, ElementsAre("h2", "http/1.1"));
  EXPECT_EQ(bootstrap->listeners[0].filter_chains[1].tls->certificate_chain, "other.crt");

  const HttpConnectionManager& http = named.http;
  EXPECT_EQ(http.codec_type, HttpConnectionManager::Codec::kHttp2);
  EXPECT_EQ(http.http2.max_concurrent_streams, 7);
  EXPECT_EQ(http.http2.initial_stream_window_size, 65535);
  EXPECT_EQ(http.server_name, "front");
  EXPECT_EQ(http.max_request_headers_kb, 96);
  EXPECT_EQ(http.max_headers_count, 50);
  EXPECT_EQ(http.idle_timeout, absl::Seconds(60));
  EXPECT_EQ(http.stream_idle_timeout, absl::ZeroDuration());
  EXPECT_EQ(http.request_timeout, absl::Seconds(10));
  EXPECT_EQ(http.request_headers_timeout, absl::Milliseconds(1250));
  EXPECT_TRUE(http.use_remote_address && http.normalize_path && http.merge_slashes);
  EXPECT_FALSE(http.generate_request_id);

  const Cluster& cluster = bootstrap->clusters[0];
  EXPECT_EQ(cluster.type, Cluster::Type::kStrictDns);
  EXPECT_EQ(cluster.lb_policy, Cluster::LoadBalancing::kLeastRequest);
  EXPECT_EQ(cluster.dns_lookup_family, Cluster::DnsLookupFamily::kV4Only);
  EXPECT_EQ(cluster.dns_refresh_rate, absl::Seconds(30));
  EXPECT_TRUE(cluster.respect_dns_ttl);
  EXPECT_EQ(cluster.http2.initial_connection_window_size, 1 << 20);
  EXPECT_EQ(cluster.thresholds.max_connections, 10);
  EXPECT_EQ(cluster.thresholds.max_pending_requests, 20);
  EXPECT_EQ(cluster.thresholds.max_requests, 30);
  EXPECT_EQ(cluster.thresholds.max_retries, 40);
  ASSERT_EQ(cluster.health_checks.size(), 2);
  EXPECT_EQ(cluster.health_checks[0].kind, HealthCheck::Kind::kGrpc);
  EXPECT_EQ(cluster.health_checks[0].service_name, "shop.v1.Shelves");
  EXPECT_EQ(cluster.health_checks[0].unhealthy_threshold, 3);
  EXPECT_EQ(cluster.health_checks[0].no_traffic_interval, absl::Seconds(60));
  EXPECT_EQ(cluster.health_checks[1].path, "/healthz");
  EXPECT_EQ(cluster.health_checks[1].no_traffic_interval, absl::Seconds(30));
  ASSERT_TRUE(cluster.tls.has_value());
  EXPECT_EQ(cluster.tls->sni, "shelves.internal");
  EXPECT_EQ(cluster.tls->trusted_ca, "ca.pem");
  EXPECT_EQ(cluster.tls->match_subject_alt_names.size(), 1);
  ASSERT_EQ(cluster.endpoints.size(), 2);
  EXPECT_EQ(cluster.endpoints[0].weight, 2);
  EXPECT_EQ(cluster.endpoints[1].address, "shelves-2");
}

TEST(BootstrapReader, ReadsFiltersMatchersAndWhatARouteSaysBesides) {
  const auto bootstrap = ReadBootstrapFile(TestFile("filters.yaml"));
  ASSERT_TRUE(bootstrap.ok()) << bootstrap.status();
  const HttpConnectionManager& http = bootstrap->listeners[0].filter_chains[0].http;
  EXPECT_TRUE(http.accept_http_10);
  ASSERT_EQ(http.http_filters.size(), 6);
  const auto& health = std::get<HealthCheckFilter>(http.http_filters[0]);
  ASSERT_EQ(health.headers.size(), 1);
  EXPECT_EQ(health.headers[0].name, ":path");
  EXPECT_EQ(health.headers[0].value->text, "/healthz");
  EXPECT_TRUE(std::holds_alternative<CorsFilter>(http.http_filters[1]));
  EXPECT_TRUE(std::holds_alternative<GrpcWebFilter>(http.http_filters[2]));

  const RouteConfiguration& routes = http.route_config;
  ASSERT_EQ(routes.per_filter.transcoders.size(), 2) << "for the second one";
  EXPECT_EQ(routes.per_filter.transcoders[0], nullptr);
  EXPECT_EQ(routes.per_filter.transcoders[1]->descriptor_bytes, "\n\x03" "abc");
  EXPECT_TRUE(routes.per_filter.transcoders[1]->services.empty());
  EXPECT_EQ(routes.per_filter.cors, nullptr) << "the chain has no filter of that name";

  const VirtualHost& host = routes.virtual_hosts[0];
  ASSERT_NE(host.per_filter.cors, nullptr);
  EXPECT_EQ(host.per_filter.cors->allow_methods, "GET, POST");
  EXPECT_NE(host.per_filter.older_cors, nullptr);
  EXPECT_EQ(host.per_filter.cors->max_age, "600");
  EXPECT_EQ(host.per_filter.cors->allow_credentials, true);
  EXPECT_EQ(host.per_filter.cors->forward_not_matching_preflights, false);
  ASSERT_EQ(host.per_filter.cors->allow_origin_string_match.size(), 5);
  EXPECT_EQ(host.per_filter.cors->allow_origin_string_match[1].kind, StringMatcher::Kind::kRegex);
  EXPECT_TRUE(host.per_filter.cors->allow_origin_string_match[2].ignore_case);
  EXPECT_THAT(host.retry_policy->retry_on, ElementsAre("unavailable"));

  const Route& exact = host.routes[0];
  EXPECT_EQ(exact.match.kind, RouteMatch::Path::kPath);
  EXPECT_FALSE(exact.match.case_sensitive);
  ASSERT_EQ(exact.match.headers.size(), 5);
  EXPECT_EQ(exact.match.headers[0].name, "x-a");
  EXPECT_FALSE(exact.match.headers[1].present);
  EXPECT_TRUE(exact.match.headers[2].present && !exact.match.headers[2].value);
  EXPECT_TRUE(exact.match.headers[3].invert_match);
  EXPECT_EQ(exact.match.headers[4].value->kind, StringMatcher::Kind::kRegex);
  const auto& action = std::get<RouteAction>(exact.action);
  EXPECT_EQ(action.timeout, absl::ZeroDuration());
  EXPECT_EQ(action.idle_timeout, absl::Seconds(7));
  EXPECT_EQ(action.prefix_rewrite, "/exact");
  EXPECT_EQ(action.host_rewrite_literal, "grpc.internal");
  EXPECT_THAT(action.retry_policy->retry_on, ElementsAre("connect-failure", "5xx"));
  EXPECT_EQ(action.retry_policy->per_try_timeout, absl::Milliseconds(100));
  EXPECT_EQ(action.retry_policy->max_interval, absl::Milliseconds(500));
  EXPECT_THAT(action.retry_policy->retriable_status_codes, ElementsAre(503));
  EXPECT_EQ(exact.per_filter.older_cors->allow_methods, "PUT");
  EXPECT_EQ(exact.per_filter.older_cors->allow_credentials, std::nullopt);
  using Action = HeaderToAdd::Action;
  EXPECT_THAT(exact.request_headers.add,
              ElementsAre(FieldsAre("x-share", "100%", Action::kAppendIfExistsOrAdd),
                          FieldsAre("x-kept", "", Action::kOverwriteIfExists)));
  EXPECT_THAT(exact.response_headers.add, ElementsAre(FieldsAre("x-front", "minato", Action::kAppendIfExistsOrAdd)));
  EXPECT_THAT(host.response_headers.add, ElementsAre(FieldsAre("x-old", "1", Action::kOverwriteIfExistsOrAdd),
                                                     FieldsAre("x-old", "2", Action::kAppendIfExistsOrAdd)));
  EXPECT_THAT(host.response_headers.remove, ElementsAre("x-gone"));
  EXPECT_THAT(routes.request_headers.add, ElementsAre(FieldsAre("x-new", "1", Action::kAddIfAbsent)));
  EXPECT_TRUE(routes.most_specific_header_mutations_wins);
  EXPECT_EQ(host.routes[1].match.kind, RouteMatch::Path::kSafeRegex);
  EXPECT_EQ(host.routes[2].match.kind, RouteMatch::Path::kPathSeparatedPrefix);
  EXPECT_TRUE(host.routes[2].match.grpc);
  const auto& parameters = host.routes[3].match.query_parameters;
  ASSERT_EQ(parameters.size(), 2);
  EXPECT_EQ(parameters[0].value->text, "b");
  EXPECT_FALSE(parameters[1].present);
  EXPECT_THAT(std::get<RouteAction>(host.routes[3].action).weighted_clusters,
              ElementsAre(FieldsAre("grpc", 1), FieldsAre("grpc", 99)));
  const auto& redirect = std::get<RedirectAction>(host.routes[4].action);
  EXPECT_EQ(redirect.scheme_redirect, "https");
  EXPECT_EQ(redirect.host_redirect, "new.example.com");
  EXPECT_EQ(redirect.port_redirect, 8443);
  EXPECT_EQ(redirect.path_redirect, "/new");
  EXPECT_EQ(redirect.response_code, 308);
  EXPECT_TRUE(redirect.strip_query);
}

TEST(BootstrapReader, ReadsAccessLogs) {
  const auto read = ReadBootstrapFile("gateway/config/testdata/access_log.yaml");
  ASSERT_TRUE(read.ok()) << MessageOf(read.status());
  ASSERT_EQ(read->admin->access_log.size(), 1u);
  EXPECT_EQ(read->admin->access_log[0].path, "/tmp/admin_access.log");

  const std::vector<AccessLog>& logs = read->listeners[0].filter_chains[0].http.access_log;
  ASSERT_EQ(logs.size(), 3u);  // what goes to /dev/null is none
  EXPECT_EQ(logs[0].destination, AccessLog::Destination::kStandardOutput);
  EXPECT_EQ(std::get<LogFormat>(logs[0].format).pieces(), LogFormat::Default().pieces());
  EXPECT_FALSE(logs[0].filter.has_value());

  EXPECT_EQ(logs[1].destination, AccessLog::Destination::kStandardError);
  EXPECT_TRUE(logs[1].omit_empty_values);
  EXPECT_EQ(std::get<LogFormat>(logs[1].format).pieces().size(), 2u);
  ASSERT_EQ(logs[1].filter->filters.size(), 2u);
  EXPECT_EQ(logs[1].filter->filters[0].comparison, AccessLogFilter::Comparison::kGe);
  EXPECT_EQ(logs[1].filter->filters[0].value, 500u);
  EXPECT_EQ(logs[1].filter->filters[1].flags, (std::vector<std::string>{"UF", "RL"}));

  EXPECT_EQ(logs[2].path, "/tmp/access.log");
  const auto& members = std::get<std::vector<LogJson::Member>>(std::get<LogJson>(logs[2].format).value);
  ASSERT_EQ(members.size(), 3u);  // in the order of their names
  EXPECT_EQ(std::get<LogFormat>(members[0].value.value).single()->kind, LogOperator::Kind::kResponseCode);
  EXPECT_EQ(std::get<int32_t>(members[1].value.value), 12);
  const auto& list = std::get<std::vector<LogJson>>(members[2].value.value);
  EXPECT_TRUE(std::get<bool>(list[0].value));
  // A number that is too large for Envoy's reader is a string.
  EXPECT_EQ(std::get<LogFormat>(list[1].value).pieces(), std::vector<LogFormat::Piece>{"123456789012"});
  EXPECT_TRUE(std::holds_alternative<std::monostate>(list[2].value));
}

TEST(BootstrapReader, TakesADurationAsTheMessageThatItIs) {
  auto yaml = ReadBoundedFile(TestFile("transcoder.yaml"), 1 << 20);
  ASSERT_TRUE(yaml.ok());
  const std::string_view what = "codec_type: AUTO";
  yaml->replace(yaml->find(what), what.size(), "request_timeout: {seconds: \"2\", nanos: 5}");
  const auto bootstrap = ReadBootstrap(*yaml, "f");
  ASSERT_TRUE(bootstrap.ok()) << bootstrap.status();
  EXPECT_EQ(bootstrap->listeners[0].filter_chains[0].http.request_timeout, absl::Seconds(2) + absl::Nanoseconds(5));
}

TEST(BootstrapReader, ReadsWhatAGatewayAtTheEdgeAsksFor) {
  const auto bootstrap = ReadBootstrapFile(TestFile("edge.yaml"));
  ASSERT_TRUE(bootstrap.ok()) << bootstrap.status();
  const HttpConnectionManager& http = bootstrap->listeners[0].filter_chains[0].http;
  EXPECT_EQ(http.xff_num_trusted_hops, 2);
  EXPECT_TRUE(http.skip_xff_append && http.preserve_external_request_id && http.always_set_request_id_in_response);
  EXPECT_EQ(http.via, "1.1 edge");
  EXPECT_EQ(http.server_header_transformation, HttpConnectionManager::ServerHeader::kAppendIfAbsent);
  EXPECT_EQ(http.path_with_escaped_slashes_action, HttpConnectionManager::EscapedSlashes::kUnescapeAndRedirect);
  EXPECT_EQ(http.strip_port, HttpConnectionManager::StripPort::kAny);
  EXPECT_TRUE(http.strip_trailing_host_dot);
  EXPECT_EQ(http.default_host_for_http_10, "edge.test");
  EXPECT_EQ(http.headers_with_underscores_action, http::Underscores::kRefuse);
  EXPECT_EQ(http.max_requests_per_connection, 1000);
  EXPECT_EQ(http.max_stream_duration, absl::Seconds(60));
  const auto& route = std::get<RouteAction>(http.route_config.virtual_hosts[0].routes[0].action);
  EXPECT_EQ(route.max_stream_duration->max_stream_duration, absl::Hours(1));
  EXPECT_EQ(route.max_stream_duration->grpc_timeout_header_max, absl::ZeroDuration());
  EXPECT_EQ(route.max_stream_duration->grpc_timeout_header_offset, absl::Milliseconds(5));
}

// testdata/transcoder.yaml with one change.
StatusOr<Bootstrap> ReadChanged(std::string_view what, std::string_view with) {
  TRY(std::string yaml, ReadBoundedFile(TestFile("transcoder.yaml"), 1 << 20));
  const size_t at = yaml.find(what);
  if (at == yaml.npos) return NotFound("{}", what);
  yaml.replace(at, what.size(), with);
  return ReadBootstrap(yaml, "f");
}

TEST(BootstrapReader, TakesAWrappedNumberAsTheMessageThatItIs) {
  const auto bootstrap = ReadChanged("codec_type: AUTO", "max_request_headers_kb: {value: 12}\n"
                                                         "          use_remote_address: {}\n"
                                                         "          generate_request_id: {value: false}");
  ASSERT_TRUE(bootstrap.ok()) << bootstrap.status();
  const HttpConnectionManager& http = bootstrap->listeners[0].filter_chains[0].http;
  EXPECT_EQ(http.max_request_headers_kb, 12);
  EXPECT_FALSE(http.use_remote_address);
  EXPECT_FALSE(http.generate_request_id);
}

TEST(BootstrapReader, TakesTheLastOfAKeyThatStandsTwiceAndWarns) {
  const auto bootstrap = ReadChanged("codec_type: AUTO", "codec_type: HTTP9\n          codec_type: HTTP2");
  ASSERT_TRUE(bootstrap.ok()) << bootstrap.status();
  EXPECT_EQ(bootstrap->listeners[0].filter_chains[0].http.codec_type, HttpConnectionManager::Codec::kHttp2);
  EXPECT_THAT(bootstrap->warnings,
              ElementsAre("f:13: the key \"codec_type\" stands twice; as in Envoy this one is passed over, line 14 "
                          "counts"));
}

TEST(BootstrapReader, ReadsWhatTheRuntimeSaysOfConnections) {
  const auto bootstrap = ReadChanged(
      "static_resources:\n",
      "layered_runtime:\n  layers:\n  - name: a\n    static_layer:\n"
      "      overload: {global_downstream_max_connections: 5}\n"
      "      envoy: {resource_limits: {listener: {front: {connection_limit: 7}, back: {connection_limit: 8}}}}\n"
      "  - {name: b, static_layer: {overload.global_downstream_max_connections: '6'}}\n  - {name: c, admin_layer: {}}\n"
      "static_resources:\n");
  ASSERT_TRUE(bootstrap.ok()) << bootstrap.status();
  EXPECT_EQ(bootstrap->global_downstream_max_connections, 6) << "a later layer counts";
  EXPECT_EQ(bootstrap->listeners[0].connection_limit, 7);
  EXPECT_THAT(bootstrap->warnings, ElementsAre("f:6: layered_runtime.layers[0].static_layer.envoy.resource_limits."
                                               "listener.back.connection_limit: there is no listener \"back\""));
}

TEST(BootstrapReader, ReadsTheOverloadManagersBoundOfConnections) {
  const auto bootstrap = ReadChanged(
      "static_resources:\n",
      "overload_manager: {resource_monitors: [{name: envoy.resource_monitors.global_downstream_max_connections, "
      "typed_config: {'@type': type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3."
      "DownstreamConnectionsConfig, max_active_downstream_connections: 9}}]}\nstatic_resources:\n");
  ASSERT_TRUE(bootstrap.ok()) << bootstrap.status();
  EXPECT_EQ(bootstrap->global_downstream_max_connections, 9);
}

TEST(BootstrapReader, ReadsHowAClusterIsCheckedAndBalanced) {
  const auto bootstrap = ReadChanged(
      "connect_timeout: 1s",
      "lb_policy: RANDOM\n    common_lb_config: {healthy_panic_threshold: {value: 33.9}}\n"
      "    max_requests_per_connection: 7\n    common_http_protocol_options: {max_requests_per_connection: 8}\n"
      "    upstream_connection_options: {tcp_keepalive: {keepalive_time: 3}}\n"
      "    dns_failure_refresh_rate: {base_interval: 2s}\n"
      "    health_checks: {timeout: 1s, interval: 2s, unhealthy_interval: 3s, no_traffic_interval: 4s, "
      "interval_jitter_percent: 5, healthy_threshold: 1, unhealthy_threshold: 1, grpc_health_check: {}}");
  ASSERT_TRUE(bootstrap.ok()) << bootstrap.status();
  const Cluster& cluster = bootstrap->clusters[0];
  EXPECT_EQ(cluster.lb_policy, Cluster::LoadBalancing::kRandom);
  EXPECT_EQ(cluster.healthy_panic_threshold, 33) << "Envoy cuts off";
  EXPECT_EQ(cluster.max_requests_per_connection, 7);
  EXPECT_EQ(cluster.tcp_keepalive->keepalive_time, 3);
  EXPECT_EQ(cluster.tcp_keepalive->keepalive_probes, std::nullopt);
  EXPECT_EQ(cluster.dns_failure_refresh_rate->max_interval, absl::Seconds(20));
  const HealthCheck& check = cluster.health_checks.at(0);
  EXPECT_EQ(check.unhealthy_interval, absl::Seconds(3));
  EXPECT_EQ(check.healthy_edge_interval, std::nullopt);
  EXPECT_EQ(check.no_traffic_interval, absl::Seconds(4));
  EXPECT_EQ(check.interval_jitter_percent, 5);
}

TEST(BootstrapReader, TellsATypingErrorFromWhatEnvoyHasAndIsNotDoneHere) {
  const auto bootstrap = ReadBootstrap("admin:\n  adress: {}\n  socket_options: []\n", "envoy.yaml");
  EXPECT_EQ(MessageOf(bootstrap.status()),
            "envoy.yaml:2: admin: unknown field \"adress\" in envoy.config.bootstrap.v3.Admin; is it \"address\"?\n"
            "envoy.yaml:3: admin.socket_options: is not supported");
}

TEST(BootstrapReader, StopsCollectingErrorsAtABound) {
  std::string yaml;
  for (int i = 0; i < 30; ++i) yaml += fmt::format("x{}: 1\n", i);
  const auto bootstrap = ReadBootstrap(yaml, "f");
  EXPECT_TRUE(MessageOf(bootstrap.status()).ends_with("\nf: 10 more errors")) << bootstrap.status();
}

TEST(BootstrapReader, NamesTheFileThatIsNotThere) {
  EXPECT_EQ(MessageOf(ReadBootstrapFile("no/such.yaml").status()), "no/such.yaml: No such file or directory");
}

// One change of testdata/transcoder.yaml, and how the errors begin that it causes.
struct Mistake {
  std::string_view what;
  std::string_view with;
  std::vector<std::string_view> errors;
};

// "~" stands for the long way to the connection manager, "%" for the one to its first virtual host.
std::string Unshortened(std::string text) {
  const std::string http = "static_resources.listeners[0].filter_chains[0].filters[0].typed_config";
  if (const size_t at = text.find('~'); at != text.npos) text.replace(at, 1, http);
  if (const size_t at = text.find('%'); at != text.npos) text.replace(at, 1, http + ".route_config.virtual_hosts[0]");
  return text;
}

class BootstrapMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(BootstrapMistake, IsNamedWithPathAndLine) {
  const Mistake& mistake = GetParam();
  auto yaml = ReadBoundedFile(TestFile("transcoder.yaml"), 1 << 20);
  ASSERT_TRUE(yaml.ok());
  const size_t at = yaml->find(mistake.what);
  ASSERT_NE(at, yaml->npos);
  yaml->replace(at, mistake.what.size(), mistake.with);
  const auto bootstrap = ReadBootstrap(*yaml, "f");
  ASSERT_FALSE(bootstrap.ok());
  std::string rest(MessageOf(bootstrap.status()));
  for (std::string_view error : mistake.errors) {
    const size_t line_end = std::min(rest.find('\n'), rest.size());
    const std::string line = rest.substr(0, line_end);
    rest.erase(0, line_end + 1);
    const std::string wanted = Unshortened(std::string(error));
    EXPECT_TRUE(line.starts_with(wanted)) << "is:     " << line << "\nwanted: " << wanted;
  }
  EXPECT_EQ(rest, "");
}

INSTANTIATE_TEST_SUITE_P(
    All, BootstrapMistake,
    ::testing::Values(
        // Fields and types.
        Mistake{"stat_prefix: front", "stat_prefx: front",
                {"f:12: ~: unknown field \"stat_prefx\""}},
        Mistake{"stat_prefix: front\n", "\n", {"f:11: ~.stat_prefix: is required"}},
        Mistake{"stat_prefix: front", "stat_prefix: front\n          idle_timeout: 1s",
                {"f:13: ~: unknown field \"idle_timeout\" in envoy.extensions.filters.network."
                 "http_connection_manager.v3.HttpConnectionManager; it is of Envoy's API v2, which Envoy dropped; v3 has "
                 "\"common_http_protocol_options\""}},
        Mistake{"codec_type: AUTO", "rds: {}",
                {"f:11: ~: rds and route_config exclude each other"}},
        Mistake{"codec_type: AUTO", "use_remote_address: {valeu: true}",
                {"f:13: ~.use_remote_address: unknown field \"valeu\""}},
        Mistake{"codec_type: AUTO", "merge_slashes: {value: true}",
                {"f:13: ~.merge_slashes: expected true or false, not an object"}},
        Mistake{"port_value: 8080", "port: 8080",
                {"f:5: static_resources.listeners[0].address.socket_address: unknown field \"port\" in "
                 "envoy.config.core.v3.SocketAddress; is it \"port_value\"?"}},
        Mistake{"stat_prefix: front", "stat_prefix: 12", {"f:12: ~.stat_prefix: expected a string, in quotes"}},
        Mistake{"codec_type: AUTO", "codecType: HTTP3", {"f:13: ~.codec_type: HTTP3 is not supported; one of: AUTO"}},
        Mistake{"codec_type: AUTO", "codec_type: HTTP4", {"f:13: ~.codec_type: unknown value \"HTTP4\"; one of: AUTO"}},
        Mistake{"codec_type: AUTO", "statPrefix: again", {"f:13: ~: \"stat_prefix\" stands twice"}},
        Mistake{"codec_type: AUTO", "tracing: {}", {"f:13: ~.tracing: is not supported"}},
        Mistake{"codec_type: AUTO",
                "access_log: {typed_config: {\"@type\": "
                "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /tmp/log, format: "
                "'%NOPE%'}}",
                {"f:13: ~.access_log.typed_config.format: "}},
        Mistake{"codec_type: AUTO",
                "access_log: {typed_config: {\"@type\": "
                "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog, log_format: "
                "{json_format: {a: ['100%']}}}}",
                {"f:13: ~.access_log.typed_config.log_format.json_format[\"a\"][0]: no operator at position 3"}},
        Mistake{"codec_type: AUTO",
                "access_log: {filter: {runtime_filter: {}}, typed_config: {\"@type\": "
                "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog}}",
                {"f:13: ~.access_log.filter.runtime_filter: is not supported"}},
        Mistake{"codec_type: AUTO",
                "access_log: {filter: {response_flag_filter: {flags: XX}}, typed_config: {\"@type\": "
                "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog}}",
                {"f:13: ~.access_log.filter.response_flag_filter: flags: \"XX\" is no response flag"}},
        Mistake{"codec_type: AUTO", "max_request_headers_kb: 8193",
                {"f:13: ~.max_request_headers_kb: 8193 is outside of 1 to 8192"}},
        Mistake{"codec_type: AUTO", "drain_timeout: 5", {"f:13: ~.drain_timeout: expected a duration"}},
        Mistake{"codec_type: AUTO", "request_timeout: {seconds: -1}",
                {"f:13: ~.request_timeout.seconds: expected a whole number"}},
        Mistake{"codec_type: AUTO", "request_timeout: {nanos: 1000000000, value: 1s}",
                {"f:13: ~.request_timeout.nanos: 1000000000 is outside",
                 "f:13: ~.request_timeout: unknown field \"value\""}},
        Mistake{"codec_type: AUTO", "strip_any_host_port: true\n          strip_matching_host_port: true",
                {"f:14: ~.strip_matching_host_port: strip_any_host_port is set, too; only one of them may be"}},
        Mistake{"codec_type: AUTO", "path_with_escaped_slashes_action: UNESCAPE",
                {"f:13: ~.path_with_escaped_slashes_action: "}},
        Mistake{"codec_type: AUTO", "via: \"a\\nb\"", {"f:11: ~: via: no line breaks in a header"}},
        Mistake{"codec_type: AUTO", "http_protocol_options: []",
                {"f:13: ~.http_protocol_options: expected an object (envoy.config.core.v3.Http1ProtocolOptions)"}},
        // Types of extensions.
        Mistake{"router.v3.Router", "ext_authz.v3.ExtAuthz",
                {"f:45: ~.http_filters[1].typed_config: the HTTP filter envoy.filters.http.router: "
                 "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz is not supported"}},
        Mistake{"router.v3.Router", "extauthz.v3.ExtAuthz",
                {"f:45: ~.http_filters[1].typed_config: the HTTP filter envoy.filters.http.router: unknown type "
                 "envoy.extensions.filters.http.extauthz.v3.ExtAuthz; is it of envoy.extensions.filters.http."
                 "ext_authz.v3?"}},
        Mistake{"envoy.extensions.filters.http.router.v3.Router",
                "envoy.config.filter.http.health_check.v2.HealthCheck",
                {"f:45: ~.http_filters[1].typed_config: the HTTP filter envoy.filters.http.router: unknown type "
                 "envoy.config.filter.http.health_check.v2.HealthCheck; it is of Envoy's API v2, which Envoy dropped; "
                 "is it envoy.extensions.filters.http.health_check.v3.HealthCheck?"}},
        Mistake{"envoy.extensions.filters.http.router.v3.Router",
                "envoy.extensions.filters.http.cors.v3.CorsPolicy\n              max_age: '1'",
                {"f:45: ~.http_filters[1].typed_config: the HTTP filter envoy.filters.http.router: "
                 "envoy.extensions.filters.http.cors.v3.CorsPolicy belongs into typed_per_filter_config"}},
        Mistake{"router.v3.Router", "grpc_stats.v3.FilterConfig\n              emit_filter_state: true",
                {"f:43: ~.http_filters[1]: the last filter must be the router",
                 "f:46: ~.http_filters[1].typed_config.emit_filter_state: true is not supported"}},
        Mistake{"\"@type\": *transcoder\n", "x: y\n",
                {"f:35: ~.http_filters[0].typed_config: \"@type\" is missing"}},
        Mistake{"type.googleapis.com/envoy.extensions.filters.http.router", "envoy.extensions.filters.http.router",
                {"f:45: ~.http_filters[1].typed_config: \"@type\" must read \"type.googleapis.com/\""}},
        // Filters.
        Mistake{"router.v3.Router", "grpc_web.v3.GrpcWeb",
                {"f:43: ~.http_filters[1]: the last filter must be the router"}},
        Mistake{"          - name: envoy.filters.http.grpc_json_transcoder\n",
                "          - {name: r, typed_config: {\"@type\": a/envoy.extensions.filters.http.router.v3.Router}}\n"
                "          - name: t\n",
                {"f:33: ~.http_filters[0]: the router must be the last filter"}},
        Mistake{"          - name: envoy.filters.http.router\n",
                "          - { name: c1, typed_config: { \"@type\": "
                "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors } }\n          - { name: c2, "
                "typed_config: { \"@type\": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors } }\n"
                "          - name: envoy.filters.http.router\n",
                {"f:44: ~.http_filters[2]: the CORS filter \"c2\": a second one, behind \"c1\", is not supported"}},
        Mistake{"              max_request_body_size: 8192\n", "              max_request_body_size: 0\n",
                {"f:42: ~.http_filters[0].typed_config.max_request_body_size: 0 is outside of 1 to"}},
        Mistake{"proto_descriptor: api.pb\n              services", "services",
                {"f:35: ~.http_filters[0].typed_config: one of these is required: proto_descriptor, proto_descr"}},
        Mistake{"proto_descriptor: api.pb\n              services", "proto_descriptor_bin: '*'\n              services",
                {"f:36: ~.http_filters[0].typed_config.proto_descriptor_bin: expected base64"}},
        Mistake{"ignored_query_parameters: [key]", "no_such_option: true",
                {"f:41: ~.http_filters[0].typed_config: unknown field \"no_such_option\""}},
        // Routes.
        Mistake{"route: { cluster: grpc }", "route: { cluster: other }",
                {"f:30: %.routes[2].route.cluster: unknown cluster \"other\""}},
        Mistake{"route: { cluster: grpc }",
                "route: { weighted_clusters: { clusters: [{ name: other, weight: 1 }, { name: grpc, host_rewrite_literal: "
                "a }] } }",
                {"f:30: %.routes[2].route.weighted_clusters: unknown cluster \"other\"",
                 "f:31: %.routes[2].route.weighted_clusters.clusters[1].host_rewrite_literal: is not supported"}},
        Mistake{"route: { cluster: grpc }", "route: { weighted_clusters: { clusters: [{ name: grpc }] } }",
                {"f:31: %.routes[2].route.weighted_clusters: the weights' sum 0 is outside of 1 to 4294967295"}},
        Mistake{"match: { path: /closed }", "match: { safe_regex: { regex: ( } }",
                {"f:28: %.routes[1].match.safe_regex: no regular expression: missing ): ("}},
        Mistake{"match: { path: /closed }", "match: { path: /closed, prefix: / }",
                {"f:28: %.routes[1].match: prefix and path exclude each other"}},
        Mistake{"status: 403", "status: 600",
                {"f:29: %.routes[1].direct_response.status: 600 is outside of 200 to 599"}},
        Mistake{"domains: [\"*\"]", "domains: [a.b, A.b]",
                {"f:17: %: the domain \"A.b\" stands twice"}},
        Mistake{"direct_response: { status: 403, body: { inline_string: closed } }",
                "redirect: { regex_rewrite: { pattern: { regex: a }, substitution: b } }",
                {"f:29: %.routes[1].redirect.regex_rewrite: is not supported"}},
        Mistake{"direct_response: { status: 403, body: { inline_string: closed } }",
                "redirect: { path_redirect: /a, prefix_rewrite: /b, response_code: NOT_MODIFIED }",
                {"f:29: %.routes[1].redirect: path_redirect and prefix_rewrite exclude each other",
                 "f:29: %.routes[1].redirect.response_code: unknown value \"NOT_MODIFIED\"; one of: MOVED_PERM"}},
        Mistake{"match: { path: /closed }",
                "request_headers_to_add: { header: { key: a, value: \"%DYNAMIC_METADATA(b:c)%\" } }\n"
                "                match: { path: /closed }",
                {"f:28: %.routes[1].request_headers_to_add.header: value: the command operator %DYNAMIC_METADATA% is"}},
        Mistake{"match: { path: /closed }",
                "response_headers_to_add: [{ header: { key: a, value: 50% } }, { header: { key: Upgrade, value: x } }]\n"
                "                match: { path: /closed }",
                {"f:28: %.routes[1].response_headers_to_add[0].header: value: a \"%\" by itself is written \"%%\"",
                 "f:28: %.routes[1].response_headers_to_add[1].header: the header \"upgrade\" cannot be added"}},
        Mistake{"domains: [\"*\"]",
                "domains: [\"*\"]\n              request_headers_to_remove: [\":path\", x-a, Host]\n"
                "              request_headers_to_add: [{ header: { key: a }, append: true, append_action: "
                "ADD_IF_ABSENT }]",
                {"f:17: %: request_headers_to_remove: the header \":path\" cannot be removed",
                 "f:17: %: request_headers_to_remove: the header \"Host\" cannot be removed",
                 "f:20: %.request_headers_to_add[0]: append and append_action exclude each other"}},
        Mistake{"timeout: 0.25s", "retry_policy: { retry_on: never }",
                {"f:21: %.routes[0].route.retry_policy: retry_on: \"never\" is not supported"}},
        // Listeners.
        Mistake{"address: 127.0.0.1, port_value: 8080", "address: localhost, port_value: 8080",
                {"f:5: static_resources.listeners[0].address: malformed IP address: localhost"}},
        Mistake{"port_value: 8080", "port_value: 80800",
                {"f:5: static_resources.listeners[0].address.socket_address.port_value: 80800 is outside of 0 to"}},
        Mistake{"    - filters:\n", "    - filter_chain_match: { server_names: [a] }\n      filters:\n",
                {"f:8: static_resources.listeners[0].filter_chains[0].filter_chain_match.server_names: without a"}},
        Mistake{"port_value: 8080", "port_value: 8080, ipv4_compat: true",
                {"f:5: static_resources.listeners[0].address.socket_address.ipv4_compat: only \"::\" may have it"}},
        // Clusters.
        Mistake{"http2_protocol_options: {", "http_protocol_options: {",
                {"f:54: static_resources.clusters[0].typed_extension_protocol_options[\""
                 "envoy.extensions.upstreams.http.v3.HttpProtocolOptions\"].explicit_http_config."
                 "http_protocol_options: the cluster \"grpc\" would speak HTTP/1, and HTTP/1 upstreams are not "
                 "supported; for HTTP/2 its typed_extension_protocol_options say "}},
        Mistake{"connect_timeout: 1s", "hosts: []\n    tls_context: {}",
                {"f:49: static_resources.clusters[0]: unknown field \"hosts\" in envoy.config.cluster.v3.Cluster; "
                 "it is of Envoy's API v2, which Envoy dropped; v3 has \"load_assignment\"",
                 "f:50: static_resources.clusters[0]: unknown field \"tls_context\""}},
        Mistake{"connect_timeout: 1s", "common_lb_config: {healthy_panic_threshold: {value: 101}}",
                {"f:49: static_resources.clusters[0].common_lb_config.healthy_panic_threshold.value: expected a "
                 "number from 0 to 100"}},
        Mistake{"type: STATIC\n",
                "type: STRICT_DNS\n    dns_failure_refresh_rate: {base_interval: 2s, max_interval: 1s}\n",
                {"f:49: static_resources.clusters[0].dns_failure_refresh_rate.max_interval: less than base_interval"}},
        Mistake{"connect_timeout: 1s", "upstream_connection_options: {tcp_keepalive: {keepalive_time: 0}}",
                {"f:49: static_resources.clusters[0].upstream_connection_options.tcp_keepalive.keepalive_time: 0 is"}},
        Mistake{"type: STATIC", "type: EDS", {"f:48: static_resources.clusters[0].type: EDS is not supported"}},
        Mistake{"address: 127.0.0.1, port_value: 50051", "address: grpc, port_value: 50051",
                {"f:56: static_resources.clusters[0].load_assignment: malformed IP address: grpc"}},
        Mistake{"connect_timeout: 1s", "connect_timeout: 0s",
                {"f:49: static_resources.clusters[0].connect_timeout: less"}},
        Mistake{"connect_timeout: 1s", "outlier_detection: {}",
                {"f:49: static_resources.clusters[0].outlier_detection: is not supported; health_checks"}},
        Mistake{"    typed_extension_protocol_options:\n"
                "      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:\n",
                "    max_requests_per_connection: 0\n    typed_extension_protocol_options:\n"
                "      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:\n"
                "        common_http_protocol_options: { max_requests_per_connection: 1 }\n",
                {"f:50: static_resources.clusters[0].max_requests_per_connection: stands in common_http_protocol_"}},
        // The runtime.
        Mistake{"static_resources:\n",
                "layered_runtime: {layers: [{name: a, static_layer: {a: {b: 1}}}]}\nstatic_resources:\n",
                {"f:1: layered_runtime.layers[0].static_layer.a.b: the runtime key a.b is not supported; these are: "}},
        Mistake{"static_resources:\n", "layered_runtime: {layers: [{name: a, disk_layer: {}}]}\nstatic_resources:\n",
                {"f:1: layered_runtime.layers[0].disk_layer: is not supported"}},
        Mistake{"static_resources:\n",
                "layered_runtime: {layers: [{name: a, admin_layer: {}}, {name: a, admin_layer: {}}]}\n"
                "static_resources:\n",
                {"f:1: layered_runtime.layers[1]: the layer \"a\" stands twice",
                 "f:1: layered_runtime.layers[1]: only one admin_layer is allowed"}},
        Mistake{"static_resources:\n",
                "layered_runtime: {layers: {name: a, static_layer: {overload.global_downstream_max_connections: x}}}\n"
                "static_resources:\n",
                {"f:1: layered_runtime.layers.static_layer.overload.global_downstream_max_connections: expected a"}},
        Mistake{"  - name: grpc\n", "  - { name: grpc, http2_protocol_options: {} }\n  - name: grpc\n",
                {"f:48: static_resources.clusters[1]: the cluster \"grpc\" stands twice"}}));

}  // namespace
}  // namespace minato::gateway::config

#include "gateway/config/describe.h"

#include <gtest/gtest.h>

#include "gateway/config/bootstrap_reader.h"

namespace minato::gateway::config {
namespace {

std::string Described(std::string_view name) {
  const auto bootstrap = ReadBootstrapFile(fmt::format("gateway/config/testdata/{}", name));
  return bootstrap.ok() ? Describe(*bootstrap) : std::string(MessageOf(bootstrap.status()));
}

TEST(Describe, TellsWhatATranscoderDoesWhere) {
  EXPECT_EQ(Described("transcoder.yaml"),
            "listener front on 127.0.0.1:8080\n"
            "  filter chain for any name\n"
            "    HTTP/1 and HTTP/2 (front)\n"
            "      transcoder: shop.v1.Shelves, shop.v1.Books from api.pb\n"
            "        reject_unknown_query_parameters, ignored_query_parameters (key), ALL_CHARACTERS, "
            "always_print_enums_as_ints, stream_newline_delimited, max_request_body_size 8192\n"
            "      router\n"
            "    virtual host all for *\n"
            "      prefix /v1/frames -> cluster grpc, timeout 250ms\n"
            "        transcoder: shop.v1.Shelves from api.pb\n"
            "          convert_grpc_status\n"
            "      path /closed -> answer 403, 6 bytes\n"
            "      prefix / -> cluster grpc, timeout 15s\n"
            "cluster grpc: STATIC, ROUND_ROBIN, 127.0.0.1:50051\n");
}

TEST(Describe, TellsEveryTranscoderAndWhatLevelsChange) {
  const std::string text = Described("filters.yaml");
  for (const std::string_view line : {
           "      transcoder: shop.v1.Shelves from api.pb\n      transcoder: shop.v1.Orders from api.pb\n",
           "    transcoder 2: off (no services)\n    request headers: x-new: 1\n",
           "      response headers: without x-gone, x-old: 1, x-old: 2\n",
           "        request headers: x-share: 100%, x-kept: \n",
           "      separated prefix /shelves of gRPC -> cluster grpc, timeout 15s\n",
           "      prefix /split with ?a with ?c -> cluster by weight: grpc (1), grpc (99), timeout 15s\n",
           "      prefix /old -> redirect 308, scheme https, host new.example.com, port 8443, path /new, without query\n",
       }) {
    EXPECT_NE(text.find(line), text.npos) << line << "is not in\n" << text;
  }
}

TEST(Describe, TellsWhatIsBeyondEnvoy) {
  Bootstrap bootstrap;
  EXPECT_EQ(Describe(bootstrap), "");
  bootstrap.extensions = bootstrap.extensions.With(Extension::kStreamErrors);
  bootstrap.error_shape = ErrorShape::kAip193;
  EXPECT_EQ(Describe(bootstrap), "beyond Envoy: stream_errors\nerrors: aip193\n");
}

TEST(Describe, TellsLimitsAndWhatIsNotTheDefaultOfAClusterOrListener) {
  Bootstrap bootstrap;
  bootstrap.global_downstream_max_connections = 9;
  Listener& listener = bootstrap.listeners.emplace_back();
  listener.name = "l";
  listener.address = "[::]:1";
  listener.ipv4_compat = true;
  listener.connection_limit = 8;
  bootstrap.clusters.resize(2);
  bootstrap.clusters[0].name = "a";
  bootstrap.clusters[0].lb_policy = Cluster::LoadBalancing::kRandom;
  bootstrap.clusters[0].healthy_panic_threshold = 0;
  bootstrap.clusters[0].endpoints = {{.address = "::1", .port = 2, .healthy = false}};
  bootstrap.clusters[1].name = "b";
  bootstrap.clusters[1].healthy_panic_threshold = 30;
  bootstrap.clusters[1].max_requests_per_connection = 7;
  EXPECT_EQ(Describe(bootstrap),
            "listener l on [::]:1 and IPv4\n"
            "  at most 8 connections\n"
            "at most 9 connections on all listeners\n"
            "cluster a: STATIC, RANDOM, [::1]:2 (not healthy)\n"
            "  only healthy endpoints\n"
            "cluster b: STATIC, ROUND_ROBIN, no endpoints\n"
            "  all endpoints while less than 30 % are healthy\n"
            "  at most 7 requests per connection\n");
}

TEST(Describe, TellsCertificatesHealthChecksAndTheAdminPort) {
  EXPECT_EQ(Described("tls.yaml"),
            "listener https on 0.0.0.0:8443\n"
            "  filter chain for api.example.com, *.api.example.com, TLS with api.crt, client certificates required\n"
            "    HTTP/2 (https)\n"
            "      use_remote_address, normalize_path, merge_slashes\n"
            "      router\n"
            "    virtual host all for *\n"
            "      prefix / -> cluster shelves, timeout 15s\n"
            "  filter chain for any name, TLS with other.crt\n"
            "    HTTP/2 (https)\n"
            "      use_remote_address, normalize_path, merge_slashes\n"
            "      router\n"
            "    virtual host all for *\n"
            "      prefix / -> cluster shelves, timeout 15s\n"
            "cluster shelves: STRICT_DNS, LEAST_REQUEST, shelves-1:50051, shelves-2:50051, TLS\n"
            "  health check every 5s: gRPC shop.v1.Shelves\n"
            "  health check every 5s: /healthz\n"
            "admin on [::1]:9901\n");
}

TEST(Describe, TellsWhatTheConnectionManagerMakesOfRequests) {
  EXPECT_EQ(Described("edge.yaml"),
            "listener edge on 0.0.0.0:8443\n"
            "  filter chain for any name\n"
            "    HTTP/1 and HTTP/2 (edge)\n"
            "      use_remote_address, 2 trusted hops, normalize_path, merge_slashes, escaped slashes redirect, "
            "strip_any_host_port, strip_trailing_host_dot, headers with underscores are refused, via 1.1 edge, "
            "at most 1000 requests per connection, at most 1m per request\n"
            "      router\n"
            "    virtual host all for *\n"
            "      prefix /watch -> cluster grpc, no timeout, at most 1h per request, grpc-timeout counts\n"
            "      prefix / -> cluster grpc, timeout 15s\n"
            "cluster grpc: STATIC, ROUND_ROBIN, 127.0.0.1:50051\n");
}

TEST(Describe, TellsWhereRequestsAreLogged) {
  EXPECT_EQ(Described("access_log.yaml"),
            "listener (no name) on 127.0.0.1:8080\n"
            "  filter chain for any name\n"
            "    HTTP/1 and HTTP/2 (front)\n"
            "    access log on stdout\n"
            "    access log on stderr, filtered\n"
            "    access log in /tmp/access.log, as JSON\n"
            "      router\n"
            "    virtual host all for *\n"
            "      prefix / -> answer 200, 0 bytes\n"
            "admin on 127.0.0.1:9901\n"
            "  access log in /tmp/admin_access.log\n");
}

}  // namespace
}  // namespace minato::gateway::config

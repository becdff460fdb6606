#include "gateway/config/bootstrap_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace minato::gateway::config {
namespace {

using ::testing::ElementsAre;

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
  ASSERT_NE(host.routes[0].per_filter.transcoder, nullptr);
  EXPECT_TRUE(host.routes[0].per_filter.transcoder->convert_grpc_status);
  EXPECT_EQ(std::get<DirectResponseAction>(host.routes[1].action).status, 403);
  EXPECT_EQ(std::get<DirectResponseAction>(host.routes[1].action).body, "closed");
  EXPECT_EQ(host.routes[2].per_filter.transcoder, nullptr);

  ASSERT_EQ(bootstrap->clusters.size(), 1);
  const Cluster& cluster = bootstrap->clusters[0];
  EXPECT_EQ(cluster.connect_timeout, absl::Seconds(1));
  EXPECT_EQ(cluster.http2.max_concurrent_streams, 100);
  ASSERT_EQ(cluster.endpoints.size(), 1);
  EXPECT_EQ(cluster.endpoints[0].address, "127.0.0.1");
  EXPECT_EQ(cluster.endpoints[0].port, 50051);
}

TEST(BootstrapReader, TellsATypingErrorFromWhatEnvoyHasAndIsNotDoneHere) {
  const auto bootstrap = ReadBootstrap("admin:\n  adress: {}\n  socket_options: []\n", "envoy.yaml");
  EXPECT_EQ(MessageOf(bootstrap.status()),
            "envoy.yaml:2: admin: unknown field \"adress\" in envoy.config.bootstrap.v3.Admin\n"
            "envoy.yaml:3: admin.socket_options: is not supported");
}

}  // namespace
}  // namespace minato::gateway::config

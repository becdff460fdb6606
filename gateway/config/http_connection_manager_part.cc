// extensions.filters.network.http_connection_manager.v3
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

void ReadCommonOptions(const YamlValue& value, HttpConnectionManager& http, ConfigErrors& errors) {
  MessageReader reader(value, kCommonHttpProtocolOptions, errors);
  http.idle_timeout = reader.Duration("idle_timeout", http.idle_timeout);
  http.max_headers_count = reader.UInt32("max_headers_count", http.max_headers_count, {.min = 1});
  enum class Underscores { kAllow };
  reader.Enum<Underscores>(
      "headers_with_underscores_action", Underscores::kAllow,
      {{"ALLOW", Underscores::kAllow}, {"REJECT_REQUEST", std::nullopt}, {"DROP_HEADER", std::nullopt}});
}

void ReadHttp1Options(const YamlValue& value, HttpConnectionManager& http, ConfigErrors& errors) {
  MessageReader reader(value, kHttp1ProtocolOptions, errors);
  http.accept_http_10 = reader.Bool("accept_http_10");
  reader.OnlyBool("allow_absolute_url", true);
  reader.OnlyBool("enable_trailers", false);
  reader.OnlyBool("allow_chunked_length", false);
}

void ReadLimits(MessageReader& reader, HttpConnectionManager& http) {
  http.max_request_headers_kb =
      reader.UInt32("max_request_headers_kb", http.max_request_headers_kb, {.min = 1, .max = 8192});
  http.stream_idle_timeout = reader.Duration("stream_idle_timeout", http.stream_idle_timeout);
  http.request_timeout = reader.Duration("request_timeout", http.request_timeout);
  http.request_headers_timeout = reader.Duration("request_headers_timeout", http.request_headers_timeout);
  reader.Duration("drain_timeout", absl::ZeroDuration());  // without effect: --drain_timeout says how long a drain takes
}

}  // namespace

HttpConnectionManager ReadHttpConnectionManager(const YamlValue& value, ConfigErrors& errors) {
  using Codec = HttpConnectionManager::Codec;
  MessageReader reader(value, kHttpConnectionManager, errors);
  HttpConnectionManager http;
  http.place = reader.place();
  http.stat_prefix = reader.RequiredString("stat_prefix");
  http.codec_type = reader.Enum<Codec>(
      "codec_type", Codec::kAuto,
      {{"AUTO", Codec::kAuto}, {"HTTP1", Codec::kHttp1}, {"HTTP2", Codec::kHttp2}, {"HTTP3", std::nullopt}});

  FilterNames names;
  http.http_filters = ReadHttpFilters(reader, names);
  if (reader.WhichOf({"rds", "route_config", "scoped_routes"}, MessageReader::OneOf::kRequired) == "route_config") {
    http.route_config = ReadRouteConfiguration(*reader.Take("route_config"), names, errors);
  }

  if (const auto options = reader.Take("common_http_protocol_options")) ReadCommonOptions(*options, http, errors);
  if (const auto options = reader.Take("http_protocol_options")) ReadHttp1Options(*options, http, errors);
  if (const auto options = reader.Take("http2_protocol_options")) {
    http.http2 = ReadHttp2Options(*options, Side::kDownstream, errors);
  }
  if (std::string name = ReadHeaderText(reader, "server_name"); !name.empty()) http.server_name = std::move(name);
  ReadLimits(reader, http);
  http.access_log = ReadAccessLogs(reader);
  http.use_remote_address = reader.Bool("use_remote_address");
  http.generate_request_id = reader.Bool("generate_request_id", true);
  http.normalize_path = reader.Bool("normalize_path");
  http.merge_slashes = reader.Bool("merge_slashes");
  reader.OnlyBool("add_user_agent", false);
  reader.OnlyBool("skip_xff_append", false);
  reader.OnlyBool("preserve_external_request_id", false);
  reader.OnlyBool("always_set_request_id_in_response", false);
  reader.OnlyBool("strip_any_host_port", false);
  reader.OnlyBool("strip_matching_host_port", false);
  reader.OnlyBool("strip_trailing_host_dot", false);
  reader.OnlyBool("stream_error_on_invalid_http_message", false);
  return http;
}

}  // namespace minato::gateway::config

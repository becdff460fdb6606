// extensions.filters.network.http_connection_manager.v3
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

void ReadCommonOptions(const YamlValue& value, HttpConnectionManager& http, ConfigErrors& errors) {
  MessageReader reader(value, kCommonHttpProtocolOptions, errors);
  http.idle_timeout = reader.Duration("idle_timeout", http.idle_timeout);
  http.max_stream_duration = reader.Duration("max_stream_duration", http.max_stream_duration);
  http.max_headers_count = reader.UInt32("max_headers_count", http.max_headers_count, {.min = 1});
  using http::Underscores;
  http.headers_with_underscores_action = reader.Enum<Underscores>(
      "headers_with_underscores_action", Underscores::kKeep,
      {{"ALLOW", Underscores::kKeep}, {"REJECT_REQUEST", Underscores::kRefuse}, {"DROP_HEADER", Underscores::kDrop}});
  http.max_requests_per_connection = reader.UInt32("max_requests_per_connection", http.max_requests_per_connection);
}

void ReadHttp1Options(const YamlValue& value, HttpConnectionManager& http, ConfigErrors& errors) {
  MessageReader reader(value, kHttp1ProtocolOptions, errors);
  http.accept_http_10 = reader.Bool("accept_http_10");
  http.default_host_for_http_10 = ReadHeaderText(reader, "default_host_for_http_10");
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

// What is made of a request's path and host.
void ReadNormalization(MessageReader& reader, HttpConnectionManager& http) {
  using Slashes = HttpConnectionManager::EscapedSlashes;
  using StripPort = HttpConnectionManager::StripPort;
  http.normalize_path = reader.Bool("normalize_path");
  http.merge_slashes = reader.Bool("merge_slashes");
  http.path_with_escaped_slashes_action =
      reader.Enum<Slashes>("path_with_escaped_slashes_action", Slashes::kKeepUnchanged,
                           {{"IMPLEMENTATION_SPECIFIC_DEFAULT", Slashes::kKeepUnchanged},
                            {"KEEP_UNCHANGED", Slashes::kKeepUnchanged},
                            {"REJECT_REQUEST", Slashes::kRejectRequest},
                            {"UNESCAPE_AND_REDIRECT", Slashes::kUnescapeAndRedirect},
                            {"UNESCAPE_AND_FORWARD", Slashes::kUnescapeAndForward}});
  http.strip_trailing_host_dot = reader.Bool("strip_trailing_host_dot");
  const bool any = reader.Bool("strip_any_host_port");
  const Place place = reader.PlaceOf("strip_matching_host_port");
  const bool matching = reader.Bool("strip_matching_host_port");
  if (any && matching) reader.errors().Add(place, "strip_any_host_port is set, too; only one of them may be");
  if (any || matching) http.strip_port = any ? StripPort::kAny : StripPort::kMatching;
}

// What is told upstream of the client and of the request, and the client of us.
void ReadIdentity(MessageReader& reader, HttpConnectionManager& http) {
  using ServerHeader = HttpConnectionManager::ServerHeader;
  if (std::string name = ReadHeaderText(reader, "server_name"); !name.empty()) http.server_name = std::move(name);
  http.server_header_transformation =
      reader.Enum<ServerHeader>("server_header_transformation", ServerHeader::kOverwrite,
                                {{"OVERWRITE", ServerHeader::kOverwrite},
                                 {"APPEND_IF_ABSENT", ServerHeader::kAppendIfAbsent},
                                 {"PASS_THROUGH", ServerHeader::kPassThrough}});
  http.via = ReadHeaderText(reader, "via");
  http.use_remote_address = reader.Bool("use_remote_address");
  http.xff_num_trusted_hops = reader.UInt32("xff_num_trusted_hops", http.xff_num_trusted_hops);
  http.skip_xff_append = reader.Bool("skip_xff_append");
  http.generate_request_id = reader.Bool("generate_request_id", true);
  http.preserve_external_request_id = reader.Bool("preserve_external_request_id");
  http.always_set_request_id_in_response = reader.Bool("always_set_request_id_in_response");
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
  ReadIdentity(reader, http);
  ReadNormalization(reader, http);
  ReadLimits(reader, http);
  http.access_log = ReadAccessLogs(reader);
  reader.OnlyBool("add_user_agent", false);
  reader.OnlyBool("stream_error_on_invalid_http_message", false);
  return http;
}

}  // namespace minato::gateway::config

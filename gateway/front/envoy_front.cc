#include "gateway/front/envoy_front.h"

#include <cstdint>
#include <string_view>
#include <utility>

namespace minato::gateway {
namespace {

absl::Duration OrNone(absl::Duration timeout) {
  return timeout > absl::ZeroDuration() ? timeout : absl::InfiniteDuration();
}

// A head is under three times of the request's at once, of which the shortest tells; without any, under the connection's.
void LimitHead(const config::HttpConnectionManager& manager, FrontLimits& limits) {
  limits.head_timeout = absl::InfiniteDuration();
  const std::pair<absl::Duration, std::string_view> times[] = {
      {manager.stream_idle_timeout, "stream timeout"},
      {manager.request_timeout, "request timeout"},
      {manager.request_headers_timeout, "request header timeout"},
  };
  for (const auto& [timeout, name] : times) {
    if (timeout == absl::ZeroDuration() || timeout >= limits.head_timeout) continue;
    limits.head_timeout = timeout;
    limits.style.late_head = name;
  }
  if (limits.head_timeout == absl::InfiniteDuration()) limits.head_timeout = limits.idle_timeout;
}

FrontCodec CodecOf(config::HttpConnectionManager::Codec codec) {
  switch (codec) {
    case config::HttpConnectionManager::Codec::kAuto:
      return FrontCodec::kAuto;
    case config::HttpConnectionManager::Codec::kHttp1:
      return FrontCodec::kHttp1;
    case config::HttpConnectionManager::Codec::kHttp2:
      return FrontCodec::kHttp2;
  }
  return FrontCodec::kAuto;
}

}  // namespace

Identity IdentityOf(const config::HttpConnectionManager& manager) {
  using ServerHeader = config::HttpConnectionManager::ServerHeader;
  const bool passes = manager.server_header_transformation == ServerHeader::kPassThrough;
  return {.server_name = passes ? "" : manager.server_name,
          .keeps_server = manager.server_header_transformation == ServerHeader::kAppendIfAbsent,
          .via = manager.via};
}

FrontLimits EnvoyFront(const config::HttpConnectionManager& manager, ErrorShape error_shape) {
  const size_t head_bytes = size_t{manager.max_request_headers_kb} << 10;
  FrontLimits limits;
  limits.codec = CodecOf(manager.codec_type);
  limits.http1 = {
      .request_line_bytes_max = SIZE_MAX,  // it counts as a part of the head, and is told as such
      .head_bytes_max = head_bytes,
      .headers_max = manager.max_headers_count,
      .blank_lines_max = head_bytes,
      .blank_lines_begin = true,
      .trailer_bytes_max = head_bytes,
      .lenient = {.bare_lf = true,
                  .folded_lines = true,
                  .repeated_host = true,
                  .host_by_target = true,
                  .request_line_spaces = true,
                  .other_expectations = true,
                  .idle_continue = true,
                  .any_first_byte = true},
      .underscores = manager.headers_with_underscores_action,
      .serves_http10 = manager.accept_http_10,
      .http10_host = manager.default_host_for_http_10,
      .known_methods_only = true,
      .keep_trailers = false,
      .refuses_late = true,
      .url_targets = true,
      .drops_connection_headers = true,
  };
  limits.http2 = {
      .concurrent_streams_max = manager.http2.max_concurrent_streams,
      .stream_window_bytes = manager.http2.initial_stream_window_size,
      .connection_window_bytes = manager.http2.initial_connection_window_size,
      .head_bytes_max = head_bytes,
      .headers_max = manager.max_headers_count,
      .trailer_bytes_max = head_bytes,
      .underscores = manager.headers_with_underscores_action,
      .passes_on = true,
      .malformed_ends_connection = true,
  };
  limits.style = {
      .error_shape = error_shape,
      .identity = IdentityOf(manager),
      .continues_at_once = true,
      .unread_body_closes = true,
      .echoes_version = true,
      .upgrades = false,
  };
  limits.requests_max = manager.max_requests_per_connection;
  limits.idle_timeout = OrNone(manager.idle_timeout);
  LimitHead(manager, limits);
  limits.body_timeout = OrNone(manager.stream_idle_timeout);
  return limits;
}

}  // namespace minato::gateway

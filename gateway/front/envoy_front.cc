#include "gateway/front/envoy_front.h"

#include <cstdint>

namespace minato::gateway {
namespace {

absl::Duration OrNone(absl::Duration timeout) {
  return timeout > absl::ZeroDuration() ? timeout : absl::InfiniteDuration();
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

FrontLimits EnvoyFront(const config::HttpConnectionManager& manager, ErrorShape error_shape) {
  const size_t head_bytes = size_t{manager.max_request_headers_kb} << 10;
  FrontLimits limits;
  limits.codec = CodecOf(manager.codec_type);
  limits.http1 = {
      .request_line_bytes_max = SIZE_MAX,  // it counts as a part of the head, and is told as such
      .head_bytes_max = head_bytes,
      .headers_max = manager.max_headers_count,
      .blank_lines_max = head_bytes,
      .trailer_bytes_max = head_bytes,
      .lenient = {.bare_lf = true,
                  .folded_lines = true,
                  .repeated_host = true,
                  .host_by_target = true,
                  .request_line_spaces = true,
                  .other_expectations = true,
                  .idle_continue = true,
                  .any_first_byte = true},
      .serves_http10 = manager.accept_http_10,
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
      .passes_on = true,
  };
  limits.style = {
      .error_shape = error_shape,
      .server_name = manager.server_name,
      .continues_at_once = true,
      .unread_body_closes = true,
      .echoes_version = true,
      .upgrades = false,
  };
  limits.idle_timeout = OrNone(manager.idle_timeout);
  // Without a timeout of their own, heads are under the connection's.
  limits.head_timeout = manager.request_headers_timeout > absl::ZeroDuration() ? manager.request_headers_timeout
                                                                               : limits.idle_timeout;
  limits.body_timeout = OrNone(manager.stream_idle_timeout);
  return limits;
}

}  // namespace minato::gateway

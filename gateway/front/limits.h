// What one client may cost, and how it is answered. Each bound is named in the error that it causes.
#pragma once

#include <cstddef>

#include <absl/time/time.h>

#include "gateway/front/front_style.h"
#include "http/http1_limits.h"
#include "http/http2_limits.h"

namespace minato::gateway {

// What a connection may speak. kAuto: HTTP/2 if the client begins with its preface, else HTTP/1.1.
enum class FrontCodec { kAuto, kHttp1, kHttp2 };

struct FrontLimits {
  FrontCodec codec = FrontCodec::kAuto;
  http::Http1Limits http1 = {};
  http::Http2Limits http2 = {};
  FrontStyle style = {};
  size_t connections_max = 20'000;  // per worker; further ones are closed at once
  size_t requests_max = 0;          // on a connection, which drains then; zero: any number

  absl::Duration tls_handshake_timeout = absl::Seconds(15);
  absl::Duration idle_timeout = absl::Seconds(75);   // between requests
  absl::Duration head_timeout = absl::Seconds(15);   // from the first byte of a head to its last
  absl::Duration body_timeout = absl::Seconds(30);   // without a byte of the body
  absl::Duration write_timeout = absl::Seconds(60);  // without a byte taken by the client (HTTP/2: at most twice that)

  size_t websocket_message_bytes_max = 1 << 20;
  absl::Duration websocket_idle_timeout = absl::Minutes(5);  // answered pings count as activity
  absl::Duration websocket_close_timeout = absl::Seconds(2);  // for the peer's answer to a close frame
};

}  // namespace minato::gateway

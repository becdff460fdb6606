// What is known of a request and its answer when it is over, for its access log. Whoever learns of something notes it
// here: the stream that the client sees, the chain of filters, the router.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <absl/time/time.h>

#include "gateway/access_log/response_flag.h"
#include "http/headers.h"

namespace minato::gateway {

struct AccessLogRecord {
  absl::Time start;
  std::optional<absl::Time> request_end;     // it was read to its end
  std::optional<absl::Time> upstream_start;  // the upstream's head came
  std::optional<absl::Time> response_end;    // the answer is complete
  absl::Time end;

  std::string protocol;  // "HTTP/1.1"
  // As the last filter that saw it had it, with ":method", ":path", ":authority" and ":scheme".
  http::Headers request;
  http::Headers response;  // with ":status"; empty: none was sent
  http::Headers trailers;  // of the answer
  int status = 0;          // 0: none was sent
  uint64_t bytes_received = 0;  // of bodies
  uint64_t bytes_sent = 0;
  ResponseFlags flags;
  bool is_health_check = false;

  // "127.0.0.1:40312", "[::1]:40312"; empty: not known.
  std::string remote_address;         // of the client as x-forwarded-for tells of it, with the port 0, else:
  std::string direct_remote_address;  // of the connection
  std::string local_address;

  std::string_view route_name;
  std::string_view upstream_cluster;
  std::string upstream_host;           // empty: none was chosen
  bool upstream_connected = false;     // and there was a connection for the request
  uint32_t upstream_attempts = 0;
};

}  // namespace minato::gateway

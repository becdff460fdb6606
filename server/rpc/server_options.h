// What a gRPC server may use. The first group alters behaviour, the second only speed.
#pragma once

#include <cstddef>
#include <string>

#include <absl/time/time.h>

namespace minato::rpc {

struct ServerOptions {
  // host:port; port 0 takes a free one.
  std::string address = "127.0.0.1:50051";

  // Beyond these a call is answered with RESOURCE_EXHAUSTED.
  size_t calls_in_flight_max = 16'384;
  size_t request_bytes_max = 4 << 20;  // of one message, compressed or not

  // Beyond these a peer has to wait.
  size_t streams_per_connection_max = 1'000;
  size_t send_queue_messages_max = 64;  // per call
  size_t send_queue_bytes_max = 256 << 10;

  size_t metadata_bytes_max = 16 << 10;
  size_t memory_bytes_max = size_t{1} << 30;  // what gRPC may take for buffers, all connections together

  // A connection that says nothing for keepalive_interval is asked, and is gone after keepalive_timeout.
  absl::Duration keepalive_interval = absl::Minutes(2);
  absl::Duration keepalive_timeout = absl::Seconds(20);
  // A client that asks more often is disconnected.
  absl::Duration ping_interval_min = absl::Seconds(10);

  // While draining: streams are told after the grace; handlers that were told get join_bound to end.
  absl::Duration stream_grace = absl::Seconds(1);
  absl::Duration join_bound = absl::Seconds(2);

  // One completion queue and thread each; 0 is one per core. More than cores is slower.
  size_t workers = 0;
  // Per queue, asked for again before each call is handled. More are slower: Debian's gRPC looks through all of
  // them for every event.
  size_t accepts_outstanding = 16;
};

}  // namespace minato::rpc

#pragma once

#include <cstddef>

namespace minato::gateway {

// How much of a message may be buffered where the configuration has no limit of its own, by the client's protocol.
struct StreamBuffers {
  size_t http1 = 1 << 20;   // the listener's per_connection_buffer_limit_bytes
  size_t http2 = 16 << 20;  // the connection manager's initial_stream_window_size
};

}  // namespace minato::gateway

#pragma once

#include <cstddef>
#include <cstdint>

#include "http/underscores.h"

namespace minato::http {

// What one HTTP/2 connection may cost a server.
struct Http2Limits {
  uint32_t concurrent_streams_max = 100;  // told to the client; further ones are refused
  // What a client may send ahead of what its requests' handlers have read.
  uint32_t stream_window_bytes = 256 << 10;
  uint32_t connection_window_bytes = 1 << 20;

  size_t head_bytes_max = 60 << 10;  // names and values
  size_t headers_max = 100;
  size_t trailer_bytes_max = 8 << 10;
  size_t header_frames_max = 9;  // HEADERS and its CONTINUATIONs
  // A request that they refuse is reset with INTERNAL_ERROR.
  Underscores underscores = Underscores::kKeep;  // of trailers, too
  // For somebody behind us to judge: white space around values, bytes from 0x80 in the target, any expectation. But a
  // QUERY without content-type is refused, pseudo-headers count as headers, and trailers are counted.
  bool passes_on = false;
  // A malformed request (RFC 9113, 8.1.1) ends the connection, without a word and with all that is under way on it;
  // else its stream is reset.
  bool malformed_ends_connection = false;

  // Floods. Each of these is an allowance that renews itself by the second and with every useful frame; a client that
  // overdraws it is sent away with ENHANCE_YOUR_CALM.
  //
  // Streams that end in a reset, the client's or one that it provoked (CVE-2023-44487, CVE-2025-8671). A stream that
  // is served to its end gives one back, so it is those who reset more than half that are sent away.
  size_t resets_max = 500;
  size_t resets_per_second = 33;
  // PING, SETTINGS, PRIORITY, WINDOW_UPDATE and RST_STREAM. A request or a DATA frame, sent or received,
  // gives ten back.
  size_t control_frames_max = 2000;
  size_t control_frames_per_second = 100;
  // DATA without data that does not end its stream.
  size_t empty_data_frames_max = 100;
  size_t empty_data_frames_per_second = 10;
  // (Frames of unknown types and DATA for streams that have ended cost their bytes and nothing else.)
  // Answers to control frames that wait because the client does not read.
  size_t outbound_frames_max = 2000;
};

}  // namespace minato::http

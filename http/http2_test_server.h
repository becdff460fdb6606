// The server's half of an HTTP/2 connection for tests, without a socket: bytes in, bytes out, and what requests came.
// Answers only what the test says.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "http/headers.h"

struct nghttp2_session;

namespace minato::http {

struct Http2TestServerOptions {
  uint32_t max_concurrent_streams = 100;
  uint32_t window_bytes = 65535;  // of a stream
  bool take_bodies = true;        // open the windows again as bodies arrive
  bool settings = true;           // say SETTINGS at the start
};

class Http2TestServer {
 public:
  struct Request {
    Headers head;  // with pseudo-headers
    std::string body;
    Headers trailers;
    bool ended = false;
    bool closed = false;
    uint32_t reset = 0;  // RST_STREAM of the client
    size_t data_frames = 0;
  };

  explicit Http2TestServer(Http2TestServerOptions options = {});
  Http2TestServer(const Http2TestServer&) = delete;
  Http2TestServer& operator=(const Http2TestServer&) = delete;
  ~Http2TestServer();

  bool Feed(std::string_view bytes);  // false: the client broke the protocol
  std::string Produce();

  // By stream id: 1, 3, 5, …
  std::map<int32_t, Request> requests;
  bool goaway = false;      // the client said good-bye
  uint32_t goaway_code = 0;
  int64_t window_updates = 0;  // bytes, of the connection
  std::function<void(int32_t)> on_request;  // once its head has come
  std::function<void(int32_t)> on_ended;    // once all of it has

  void Interim(int32_t id, int status);
  void Head(int32_t id, int status, const Headers& headers, bool ends = false);
  void Body(int32_t id, std::string piece);
  void End(int32_t id, const Headers& trailers = {});
  // Head, body and trailers at once.
  void Answer(int32_t id, std::string body, const Headers& trailers = {});
  void Reset(int32_t id, uint32_t error_code);
  void GoAway(int32_t last_id, uint32_t error_code = 0);
  void AnnounceMaxStreams(uint32_t count);

 private:
  struct Callbacks;
  struct Answering {
    std::string body;
    bool ended = false;
    bool deferred = false;
    Headers trailers;
  };
  nghttp2_session* session_ = nullptr;
  const Http2TestServerOptions options_;
  std::map<int32_t, Answering> answers_;
};

}  // namespace minato::http

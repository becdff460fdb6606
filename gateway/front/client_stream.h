// One request and its answer, as everything behind the front sees it. The front implements it per HTTP version
// and keeps the connection's bookkeeping (keep-alive, framing, limits, timeouts) to itself.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/time/time.h>

#include "gateway/front/request_head.h"
#include "http/headers.h"
#include "runtime/task.h"

namespace minato::gateway {

struct AccessLogRecord;

struct ResponseHead {
  int status = 200;
  std::string_view content_type = {};  // empty: none
  http::Headers headers = {};          // further ones; no framing, no connection headers
  // For StartResponse: how many bytes will be written, if that is known. HTTP/1.1 then needs no chunks.
  std::optional<uint64_t> content_length = std::nullopt;
  bool ends_connection = false;  // HTTP/1.1: no further request is served on it
  // For Respond with no body: where HTTP can do without (HTTP/2, HEAD), no length is told but content_length.
  bool tells_no_length = false;
};

// The messages of a WebSocket, after the handshake.
class WebSocket {
 public:
  struct Message {
    bool text = true;
    std::string payload;
  };

  virtual ~WebSocket() = default;  // only after Close

  // nullopt: the client closed, or the server drains and hears nobody any more. An error: it broke the protocol, or
  // is gone without a close.
  virtual Task<StatusOr<std::optional<Message>>> Receive() = 0;
  // Waits until the kernel took the message. An error when the client is gone.
  virtual Task<Status> Send(Message message) = 0;
  // Sends a close frame (RFC 6455 section 7.4) unless the client is gone, and ends the connection. While the server
  // drains, normal ends and errors of the server's become 1001, "going away".
  virtual Task<void> Close(int code, std::string reason) = 0;
};

// Belongs to one worker. The task that serves it is cancelled when the client goes away.
class ClientStream {
 public:
  virtual ~ClientStream() = default;

  virtual const RequestHead& head() const = 0;
  virtual std::string peer() const = 0;  // "ipv4:127.0.0.1:40312"
  virtual std::string local_address() const { return {}; }  // likewise, to which the client connected; empty: not known
  virtual bool encrypted() const { return false; }  // it came over TLS
  // Which of the listener's chains the server name chose that the client asked for (TLS), else 0.
  virtual size_t filter_chain() const { return 0; }

  // The whole body as one piece; the view holds until the answer. Errors carry the HTTP status that fits
  // (gateway/http_status.h): larger than `bytes_max`, bad framing, too slow, or the client went away.
  virtual Task<StatusOr<std::string_view>> ReadWhole(size_t bytes_max) = 0;
  // The next piece, valid until the next read; nullopt at the end.
  virtual Task<StatusOr<std::optional<std::string_view>>> ReadPiece() = 0;

  // Whether reading on would not wait: all of the body has come, or there is none.
  virtual bool BodyArrived() const = 0;
  // Whether more of the body is likely to be there already: HTTP/1.1's last read found more than it had room for.
  virtual bool MoreIsWaiting() const { return false; }
  // Whether there is a body or trailers. False: the request was complete with its head.
  virtual bool HasBody() const = 0;
  // After ReadPiece returned nullopt.
  virtual const http::Headers& request_trailers() const = 0;

  // Goes with the answer, whatever it is. Before the answer.
  virtual void AddResponseHeader(std::string_view name, std::string_view value) = 0;

  // Answers with a complete body; once, and instead of the streaming calls.
  virtual Task<Status> Respond(const ResponseHead& head, std::string_view body) = 0;

  // Answers piece by piece. Write waits while the client does not read: memory stays bounded. More or less than the
  // announced content_length is an error, and the answer is cut.
  virtual Task<Status> StartResponse(const ResponseHead& head) = 0;
  virtual Task<Status> Write(std::string_view piece) = 0;
  // HTTP/1.1 clients do not get the trailers (Envoy's default: enable_trailers is off).
  virtual Task<Status> EndResponse(const http::Headers& trailers = {}) = 0;
  // The answer cannot be completed: it is cut off so that the client can tell, and the connection ends.
  virtual void CutResponse() = 0;
  // The same because of an error, which the client is told if the body has a place for it.
  virtual Task<void> FailResponse(Status) {
    CutResponse();
    co_return;
  }

  virtual bool wants_websocket() const = 0;
  // Completes the handshake of a request that wants_websocket(). An error has been answered, too.
  virtual Task<StatusOr<std::unique_ptr<WebSocket>>> AcceptWebSocket() = 0;

  // What is noted of the request for its access logs; nullptr: it has none.
  virtual AccessLogRecord* access_log() { return nullptr; }
  virtual int response_status() const = 0;  // 0 before the answer
  virtual uint64_t request_bytes() const = 0;
  virtual uint64_t response_bytes() const = 0;
};

// One that the front answered by itself, and ends the connection after.
struct RefusedRequest {
  enum class Why { kMalformed, kLate, kTunnel, kNotServed };
  Why why = Why::kMalformed;
  const RequestHead* head = nullptr;  // nullptr: none could be read
  std::string_view protocol = "HTTP/1.1";
  std::string_view peer = {};         // these as of ClientStream
  std::string local_address = {};
  size_t filter_chain = 0;
  absl::Time begin = absl::InfinitePast();
  absl::Time end = absl::InfinitePast();
  int status = 400;
  std::string_view content_type = {};
  uint64_t body_bytes = 0;
};

// What serves requests: the gateway's exchange, the admin pages, minatod's own pages.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // For logs; `request` lives during the call.
  virtual void Refused(const RefusedRequest&) {}
  // Must answer. Called by every worker.
  virtual Task<void> Serve(ClientStream& stream) = 0;
};

}  // namespace minato::gateway

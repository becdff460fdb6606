#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "http/headers.h"
#include "http/http1_request_head.h"

namespace minato::http {

struct WebSocketOptions {
  size_t message_bytes_max = 1 << 20;  // A longer message is refused with close code 1009.
  absl::Duration handshake_timeout = absl::Seconds(10);
  // A peer that neither sends nor answers a ping for so long is cut off. Pings go out at half of it.
  absl::Duration idle_timeout = absl::Minutes(5);
  // How long a peer may take to hang up after the close frames have been exchanged.
  absl::Duration close_timeout = absl::Seconds(5);
  // Go into the 101 response. Sec-WebSocket-Protocol belongs here, too: none is chosen by itself.
  Headers response_headers;
};

struct WebSocketMessage {
  bool is_text = true;
  std::string payload;  // UTF-8 if is_text: Beast has checked it.
};

// Why and how the peer closed. 1005 stands for a close frame without a code.
struct WebSocketClose {
  uint16_t code = 0;
  std::string reason;
};

inline constexpr uint16_t kWebSocketCloseNormal = 1000;
inline constexpr uint16_t kWebSocketCloseGoingAway = 1001;
inline constexpr uint16_t kWebSocketCloseInternalError = 1011;

// Server side of one WebSocket (RFC 6455, by Boost.Beast) over a socket whose upgrade request has been read.
//
//   WebSocketStream stream(std::move(socket), options);
//   stream.AsyncAccept(parser.head(), rest_of_input, [](absl::Status status) {...});
//   then any number of AsyncRead and AsyncWrite, at last AsyncClose.
//
// Belongs to the socket's executor: call it there, callbacks come there, never before the call has returned.
// One read, one write and one close may be pending at a time; a close waits for the write before it.
// Pings are answered and a peer's close is answered while a read is pending, so keep one pending.
// Destruction aborts: what is pending completes with Cancelled.
class WebSocketStream {
 public:
  using Done = absl::AnyInvocable<void(absl::Status)>;
  using Received = absl::AnyInvocable<void(absl::StatusOr<WebSocketMessage>)>;

  WebSocketStream(boost::asio::ip::tcp::socket socket, const WebSocketOptions& options);
  ~WebSocketStream();
  WebSocketStream(const WebSocketStream&) = delete;
  WebSocketStream& operator=(const WebSocketStream&) = delete;

  // Answers the upgrade request. `early` are bytes read behind its head. InvalidArgument: the request was no valid
  // handshake; it has been answered with 400 or 426, and the socket may be closed.
  void AsyncAccept(const Http1RequestHead& head, std::string_view early, Done done);

  // OutOfRange: the peer has closed, see closed(). ResourceExhausted: message_bytes_max. InvalidArgument: the peer broke
  // the protocol. DeadlineExceeded: idle_timeout. Unavailable: the connection is gone. Cancelled: Abort or destruction.
  void AsyncRead(Received received);
  void AsyncWrite(WebSocketMessage message, Done done);
  // Sends a close frame and waits for the peer's; what still comes is dropped. `reason` is cut to 123 bytes.
  void AsyncClose(uint16_t code, std::string_view reason, Done done);
  // Closes the socket at once.
  void Abort();

  // After a read has ended with OutOfRange.
  WebSocketClose closed() const;

 private:
  class State;
  const std::shared_ptr<State> state_;  // Shared with the pending operations, whose buffers it holds.
};

}  // namespace minato::http

// A connection after its upgrade: the codec's callbacks as awaits.
//
// When the server drains, Receive ends as if the client had closed, so that who serves the socket says its last
// words; the close frame goes behind them.
#pragma once

#include <optional>

#include "gateway/front/client_stream.h"
#include "gateway/front/limits.h"
#include "gateway/transport/connection.h"
#include "http/websocket_stream.h"
#include "runtime/event.h"

namespace minato::gateway {

class UpgradedWebSocket final : public WebSocket {
 public:
  // `connection` is the one that was upgraded; it outlives this.
  UpgradedWebSocket(Connection& connection, Connection::Upgraded upgraded, const FrontLimits& limits,
                    const http::Headers& headers);
  ~UpgradedWebSocket() override;

  // Answers the handshake of `head`.
  Task<Status> Accept(const http::Http1RequestHead& head);

  Task<StatusOr<std::optional<Message>>> Receive() override;
  Task<Status> Send(Message message) override;
  Task<void> Close(int code, std::string reason) override;

 private:
  struct ReadEnded;

  void StartReading();
  Task<Status> ShakeHands(uint16_t code, std::string reason);

  Connection& connection_;
  const absl::Duration close_timeout_;
  http::WebSocketStream stream_;
  const std::string unread_;

  bool reading_ = false;
  std::optional<StatusOr<http::WebSocketMessage>> received_;  // and not taken
  Event news_;                                                // something was received, or the server drains
  Suspended closer_;
  bool closer_waits_ = false;
};

}  // namespace minato::gateway

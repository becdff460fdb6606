// A connection after its upgrade: the codec's callbacks as awaits.
#pragma once

#include "gateway/front/client_stream.h"
#include "gateway/transport/connection.h"
#include "gateway/front/limits.h"
#include "http/websocket_stream.h"

namespace minato::gateway {

class UpgradedWebSocket final : public WebSocket {
 public:
  UpgradedWebSocket(Connection::Upgraded upgraded, const FrontLimits& limits, const http::Headers& headers);

  // Answers the handshake of `head`.
  Task<Status> Accept(const http::Http1RequestHead& head);

  Task<StatusOr<std::optional<Message>>> Receive() override;
  Task<Status> Send(Message message) override;
  Task<void> Close(int code, std::string reason) override;

 private:
  http::WebSocketStream stream_;
  const std::string unread_;
};

}  // namespace minato::gateway

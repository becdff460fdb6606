// A bidi RPC over a WebSocket: each frame a message, each message a frame.
#include <google/protobuf/descriptor.h>

#include "gateway/exchange_call.h"
#include "gateway/http_status.h"
#include "gateway/transcode/wire_fields.h"
#include "runtime/scope.h"

namespace minato::gateway {
namespace {

// RFC 6455 section 7.4.1.
constexpr int kNormalClosure = 1000;
constexpr int kInvalidPayload = 1007;  // a frame that is no message of the RPC
constexpr int kInternalError = 1011;

// Close frames carry 125 bytes, two of which are the code.
constexpr size_t kCloseReasonBytesMax = 123;

bool IsTextType(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.starts_with("application/json");
}

std::string CloseReason(const Status& status) {
  std::string reason(MessageOf(status));
  if (reason.size() > kCloseReasonBytesMax) {
    reason.resize(kCloseReasonBytesMax);
    while (!reason.empty() && (reason.back() & 0xC0) == 0x80) reason.pop_back();
    if (!reason.empty() && (reason.back() & 0x80) != 0) reason.pop_back();
  }
  return reason;
}

}  // namespace

StatusOr<std::string> Exchange::FrameToWire(Call& call, const WebSocket::Message& frame, bool first) const {
  JsonRequest request = call.request;
  if (!first) request.bindings.clear();
  std::string wire;
  if (call.route.body_is_http_body) {
    TRY(BindingsToWire(request, wire));
    wire += HttpBodyPrefix(call.route.body_field,
                           frame.text ? "text/plain; charset=utf-8" : "application/octet-stream",
                           frame.payload.size());
    wire += frame.payload;
  } else {
    TRY(JsonToWire(request, frame.payload, wire));
    TRY(CheckMessageSize(wire.size(), options_.body_bytes_max));
  }
  return wire;
}

// Frames go up as they come. How the reading ended is kept in `failure`.
Task<void> Exchange::SendFrames(Call& call, WebSocket& socket, UpstreamCall& upstream, Status& failure) {
  for (bool first = true;; first = false) {
    StatusOr<std::optional<WebSocket::Message>> frame = co_await socket.Receive();
    if (!frame.ok()) {
      // No half-close: the handler must not take it for the client's last word.
      upstream.Cancel(Cancelled("the client went away: {}", MessageOf(frame.status())));
      co_return;
    }
    if (!frame->has_value()) break;
    StatusOr<std::string> wire = FrameToWire(call, **frame, first);
    if (!wire.ok()) {
      failure = wire.status();
      upstream.Cancel(failure);
      co_return;
    }
    const Status sent = co_await upstream.Send(*wire);
    if (!sent.ok()) co_return;
  }
  upstream.EndSending();
}

Task<void> Exchange::ServeWebSocket(Call& call) {
  StatusOr<std::unique_ptr<WebSocket>> accepted = co_await call.stream.AcceptWebSocket();
  if (!accepted.ok()) co_return;  // the handshake has been refused
  WebSocket& socket = **accepted;
  const TaskContext& context = co_await CurrentContext();
  const std::unique_ptr<UpstreamCall> upstream = upstream_.Start(call.start, context);
  Status failure;
  Scope scope(context);
  scope.Spawn(SendFrames(call, socket, *upstream, failure));

  std::string message;
  bool more = co_await upstream->Receive(message);
  while (more) {
    WebSocket::Message frame;
    std::string content_type;
    const Status printed = Print(call, message, content_type, frame.payload);
    if (!printed.ok()) {
      failure = printed;
      upstream->Cancel(printed);
      break;
    }
    frame.text = !call.route.response_is_http_body || IsTextType(content_type);
    const Status sent = co_await socket.Send(std::move(frame));
    if (!sent.ok()) break;
    more = co_await upstream->Receive(message);
  }
  co_await upstream->Close();
  const Status end = failure.ok() ? upstream->end().status : failure;
  if (end.ok()) {
    co_await socket.Close(kNormalClosure, "");
  } else {
    co_await socket.Close(failure.ok() ? kInternalError : kInvalidPayload, CloseReason(end));
  }
  const Status ended = co_await scope.Join();
}

}  // namespace minato::gateway

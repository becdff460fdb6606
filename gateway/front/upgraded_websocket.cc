#include "gateway/front/upgraded_websocket.h"

#include "runtime/wait.h"

namespace minato::gateway {
namespace {

// Awaits one callback of the stream; a cancellation aborts the stream, which then calls back.
template <typename Result, typename Start>
class Callback : private CancelSubscription {
 public:
  Callback(http::WebSocketStream& stream, Start start)
      : CancelSubscription(&OnCancel), stream_(stream), start_(std::move(start)) {}

  bool await_ready() const { return false; }
  template <TaskPromise P>
  void await_suspend(std::coroutine_handle<P> handle) {
    suspended_.Set(handle);
    const CancelToken cancel = handle.promise().context().cancel;
    if (cancel.cancelled()) {
      stream_.Abort();
    } else {
      Subscribe(cancel);
    }
    start_([this](Result result) {
      Unsubscribe();
      result_.emplace(std::move(result));
      suspended_.Resume();
    });
  }
  Result await_resume() { return *std::move(result_); }

 private:
  static void OnCancel(CancelSubscription& self) { static_cast<Callback&>(self).stream_.Abort(); }

  http::WebSocketStream& stream_;
  Start start_;
  Suspended suspended_;
  std::optional<Result> result_;
};

http::WebSocketOptions Options(const FrontLimits& limits, const http::Headers& headers) {
  http::WebSocketOptions options;
  options.message_bytes_max = limits.websocket_message_bytes_max;
  options.idle_timeout = limits.websocket_idle_timeout;
  options.response_headers = headers;
  return options;
}

}  // namespace

UpgradedWebSocket::UpgradedWebSocket(Connection::Upgraded upgraded, const FrontLimits& limits,
                                     const http::Headers& headers)
    : stream_(boost::asio::ip::tcp::socket(std::move(upgraded.socket)), Options(limits, headers)),
      unread_(std::move(upgraded.unread)) {}

Task<Status> UpgradedWebSocket::Accept(const http::Http1RequestHead& head) {
  auto start = [&](auto done) { stream_.AsyncAccept(head, unread_, std::move(done)); };
  Callback<Status, decltype(start)> accepted(stream_, std::move(start));
  co_return co_await accepted;
}

Task<StatusOr<std::optional<WebSocket::Message>>> UpgradedWebSocket::Receive() {
  auto start = [&](auto done) { stream_.AsyncRead(std::move(done)); };
  Callback<StatusOr<http::WebSocketMessage>, decltype(start)> read(stream_, std::move(start));
  StatusOr<http::WebSocketMessage> message = co_await read;
  if (absl::IsOutOfRange(message.status())) co_return std::nullopt;  // a close frame
  if (!message.ok()) co_return message.status();
  co_return Message{message->is_text, std::move(message->payload)};
}

Task<Status> UpgradedWebSocket::Send(Message message) {
  auto start = [&](auto done) {
    stream_.AsyncWrite({message.text, std::move(message.payload)}, std::move(done));
  };
  Callback<Status, decltype(start)> written(stream_, std::move(start));
  co_return co_await written;
}

Task<void> UpgradedWebSocket::Close(int code, std::string reason) {
  auto start = [&](auto done) {
    stream_.AsyncClose(static_cast<uint16_t>(code), reason, std::move(done));
  };
  Callback<Status, decltype(start)> closed(stream_, std::move(start));
  const Status ignored = co_await closed;
}

}  // namespace minato::gateway

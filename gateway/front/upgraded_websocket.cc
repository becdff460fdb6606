#include "gateway/front/upgraded_websocket.h"

#include <utility>

#include "runtime/deadline.h"
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

// Until no read is pending; not to be cancelled, for the read refers to the socket's owner.
struct UpgradedWebSocket::ReadEnded {
  UpgradedWebSocket& socket;
  bool await_ready() const { return !socket.reading_; }
  template <TaskPromise P>
  void await_suspend(std::coroutine_handle<P> handle) {
    socket.closer_.Set(handle);
    socket.closer_waits_ = true;
  }
  void await_resume() const {}
};

UpgradedWebSocket::UpgradedWebSocket(Connection& connection, Connection::Upgraded upgraded,
                                     const FrontLimits& limits, const http::Headers& headers)
    : connection_(connection),
      close_timeout_(limits.websocket_close_timeout),
      stream_(boost::asio::ip::tcp::socket(std::move(upgraded.socket)), Options(limits, headers)),
      unread_(std::move(upgraded.unread)) {
  connection_.SetWhenInterrupted(&news_);
}

UpgradedWebSocket::~UpgradedWebSocket() { connection_.SetWhenInterrupted(nullptr); }

Task<Status> UpgradedWebSocket::Accept(const http::Http1RequestHead& head) {
  auto start = [&](auto done) { stream_.AsyncAccept(head, unread_, std::move(done)); };
  Callback<Status, decltype(start)> accepted(stream_, std::move(start));
  co_return co_await accepted;
}

void UpgradedWebSocket::StartReading() {
  reading_ = true;
  stream_.AsyncRead([this](StatusOr<http::WebSocketMessage> received) {
    reading_ = false;
    received_.emplace(std::move(received));
    news_.Set();
    if (closer_waits_) closer_.Resume();
  });
}

Task<StatusOr<std::optional<WebSocket::Message>>> UpgradedWebSocket::Receive() {
  // Pending even while the server drains: it is by reading that pings and close frames are answered.
  if (!reading_ && !received_.has_value()) StartReading();
  while (!received_.has_value() && !connection_.interrupted()) {
    news_.Reset();
    const Status waited = co_await news_.Wait();
    if (!waited.ok()) {
      stream_.Abort();
      co_return waited;
    }
  }
  if (!received_.has_value()) co_return std::nullopt;
  StatusOr<http::WebSocketMessage> message = *std::exchange(received_, std::nullopt);
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

Task<Status> UpgradedWebSocket::ShakeHands(uint16_t code, std::string reason) {
  auto start = [&](auto done) { stream_.AsyncClose(code, reason, std::move(done)); };
  Callback<Status, decltype(start)> closed(stream_, std::move(start));
  co_return co_await closed;
}

Task<void> UpgradedWebSocket::Close(int code, std::string reason) {
  const bool own_end = code == http::kWebSocketCloseNormal || code == http::kWebSocketCloseInternalError;
  if (connection_.interrupted() && own_end) code = http::kWebSocketCloseGoingAway;
  // A peer that does not answer is left after a moment.
  const Status ignored =
      co_await WithTimeout(close_timeout_, ShakeHands(static_cast<uint16_t>(code), std::move(reason)));
  stream_.Abort();
  co_await ReadEnded{*this};
}

}  // namespace minato::gateway

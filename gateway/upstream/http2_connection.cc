#include "gateway/upstream/http2_connection.h"

#include "runtime/check.h"

namespace minato::gateway {
namespace {

// What may wait for the kernel before the session is asked for more, and where asking begins again.
constexpr size_t kOutputBytesMax = 256 << 10;
constexpr size_t kOutputBytesLow = 64 << 10;
// A peer that takes no byte for so long is gone.
constexpr absl::Duration kWriteTimeout = absl::Minutes(1);
// Without a stream (Envoy's default).
constexpr absl::Duration kIdleTimeout = absl::Hours(1);

// Behind all that is ready now.
struct Later {
  Suspended suspended;
  bool await_ready() const { return false; }
  template <TaskPromise P>
  void await_suspend(std::coroutine_handle<P> handle) {
    suspended.Set(handle);
    suspended.Resume();
  }
  void await_resume() const {}
};

}  // namespace

Http2Connection::Http2Connection(AsioExecutor& home, const SocketAddress& address, absl::Duration connect_timeout,
                                 const config::TcpKeepalive* keepalive, const TlsConnector* tls,
                                 const http::Http2ClientOptions& options, Owner& owner)
    : home_(home), address_(address), connect_timeout_(connect_timeout), keepalive_(keepalive), tls_(tls),
      owner_(owner), session_(options) {}

Http2Connection::~Http2Connection() { CHECK(!send_.posted, "a connection ended before its Run"); }

Task<Http2Connection::Outcome> Http2Connection::Run() {
  StatusOr<Socket> socket = co_await Connect(home_.context(), address_, connect_timeout_, keepalive_);
  if (!socket.ok()) {
    stage_ = Stage::kClosed;
    if (socket.status().code() == StatusCode::kDeadlineExceeded) {
      co_return Outcome{UpstreamFailure::kConnectTimeout, "connection timeout"};
    }
    co_return Outcome{UpstreamFailure::kConnectFailure, "remote connection failure"};
  }
  connection_.emplace(*std::move(socket), home_, kWriteTimeout, tls_ == nullptr ? nullptr : tls_->Connect());
  const Status shaken = co_await connection_->Handshake(connect_timeout_);
  if (!shaken.ok()) {
    stage_ = Stage::kClosed;
    co_await connection_->Close();
    if (shaken.code() == StatusCode::kDeadlineExceeded) {
      co_return Outcome{UpstreamFailure::kConnectTimeout, "connection timeout"};
    }
    co_return Outcome{UpstreamFailure::kConnectFailure,
                      fmt::format("remote connection failure, transport failure reason: {}", MessageOf(shaken))};
  }
  const TaskContext& context = co_await CurrentContext();
  CancelSource stop(context.cancel);
  const TaskContext serving{context.home, stop.token()};
  Scope senders(serving);
  senders_ = &senders;
  stop_ = &stop;
  stage_ = Stage::kOpen;
  owner_.StateChanged(*this);
  SendSoon();
  co_await InContext<void>(serving, Serve());

  // Good-bye, as far as the kernel takes it.
  if (!connection_->gone() && !session_.failed()) session_.SayGoodbye();
  session_.Produce(connection_->output(), kOutputBytesMax);
  connection_->StartSending();
  stage_ = Stage::kClosed;
  session_.Abandon(session_.failed() ? http::Http2StreamEnd::kProtocolError : http::Http2StreamEnd::kConnectionGone);
  stop.Cancel(Cancelled("the connection ended"));
  const Status sent = co_await senders.Join();
  senders_ = nullptr;
  stop_ = nullptr;
  co_await connection_->Close();
  while (send_.posted) co_await Later();
  co_return Outcome{};
}

Task<void> Http2Connection::Serve() {
  Connection& connection = *connection_;
  while (true) {
    const bool idle = session_.streams() == 0;
    const absl::Time deadline = idle ? home_.Now() + kIdleTimeout : absl::InfiniteFuture();
    const Connection::Waits waits = idle ? Connection::Waits::kIdle : Connection::Waits::kUninterrupted;
    const Connection::Arrival arrival = co_await Connection::ReadMore(connection, deadline, waits);
    if (arrival == Connection::Arrival::kTimeout && session_.streams() > 0) continue;
    if (arrival != Connection::Arrival::kBytes) break;
    feeding_ = true;
    const Status fed = session_.Feed(connection.input());
    feeding_ = false;
    connection.Consume(connection.input().size());
    connection.Release();
    if (!fed.ok()) break;
    // Good-bye because of what the peer did is said by the session on its own, with the next bytes it sends.
    if (session_.WantsToProduce()) SendSoon();
    owner_.StateChanged(*this);
    if (Finished()) break;
  }
}

void Http2Connection::SendSoon() {
  if (stage_ == Stage::kClosed || send_.posted) return;
  send_.posted = true;
  home_.Post(send_);
}

void Http2Connection::SendWork::OnRun(Work& work) {
  auto& self = static_cast<SendWork&>(work);
  self.posted = false;
  self.owner.Send();
}

void Http2Connection::Send() {
  if (stage_ != Stage::kOpen || sending_rest_) return;
  const size_t streams = session_.streams();
  const bool more = session_.Produce(connection_->output(), kOutputBytesMax);
  connection_->StartSending();
  if (session_.streams() != streams) owner_.StateChanged(*this);
  if (session_.failed()) return stop_->Cancel(Unavailable("HTTP/2"));
  if (more) senders_->Spawn(SendRest());
  StopWhenFinished();
}

// The kernel takes no more for now: the session goes on as it does.
Task<Status> Http2Connection::SendRest() {
  sending_rest_ = true;
  bool more = true;
  while (more && stage_ == Stage::kOpen) {
    const Status room = co_await connection_->OutputBelow(kOutputBytesLow);
    if (!room.ok()) break;
    more = session_.Produce(connection_->output(), kOutputBytesMax);
    connection_->StartSending();
    owner_.StateChanged(*this);
  }
  sending_rest_ = false;
  // What was said meanwhile.
  SendSoon();
  co_return OkStatus();
}

bool Http2Connection::Finished() const { return draining() && session_.streams() == 0; }

void Http2Connection::StopWhenFinished() {
  if (stop_ != nullptr && !feeding_ && Finished()) stop_->Cancel(Cancelled("the connection is not used any more"));
}

void Http2Connection::Drain() {
  draining_ = true;
  StopWhenFinished();
}

}  // namespace minato::gateway

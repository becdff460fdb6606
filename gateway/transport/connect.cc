#include "gateway/transport/connect.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "runtime/timer.h"

namespace minato::gateway {
namespace {

using boost::system::error_code;

// Ends once Asio has called back, whoever caused it: the peer, the timer or a cancellation.
class Connecting : private Timer, private CancelSubscription {
 public:
  Connecting(Socket& socket, const SocketAddress& address, absl::Duration timeout)
      : Timer(&OnTimer), CancelSubscription(&OnCancel), socket_(socket), address_(address), timeout_(timeout) {}

  bool await_ready() const { return false; }
  template <TaskPromise P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    const TaskContext& context = handle.promise().context();
    cancel_ = context.cancel;
    if (cancel_.cancelled()) return false;
    home_ = context.home;
    suspended_.Set(handle);
    Subscribe(cancel_);
    if (timeout_ != absl::InfiniteDuration()) home_->timers().Arm(*this, home_->Now() + timeout_);
    socket_.async_connect(address_, OnConnected{this});
    return true;
  }
  Status await_resume() {
    if (cancel_.cancelled()) return cancel_.reason();
    if (timed_out_) return DeadlineExceeded("no connection within {}", absl::FormatDuration(timeout_));
    if (error_) return Unavailable("{}", error_.message());
    return OkStatus();
  }

 private:
  struct OnConnected {
    Connecting* self;
    void operator()(const error_code& error) const {
      self->error_ = error;
      self->Unsubscribe();
      self->home_->timers().Disarm(*self);
      self->suspended_.Resume();
    }
  };
  static void OnTimer(Timer& timer) {
    auto& self = static_cast<Connecting&>(timer);
    self.timed_out_ = true;
    self.GiveUp();
  }
  static void OnCancel(CancelSubscription& subscription) { static_cast<Connecting&>(subscription).GiveUp(); }
  void GiveUp() {
    error_code ignored;
    socket_.close(ignored);
  }

  Socket& socket_;
  const SocketAddress address_;
  const absl::Duration timeout_;
  CancelToken cancel_;
  Executor* home_ = nullptr;
  Suspended suspended_;
  error_code error_;
  bool timed_out_ = false;
};

}  // namespace

std::string ToString(const SocketAddress& address) {
  const std::string ip = address.address().to_string();
  return address.address().is_v6() ? fmt::format("[{}]:{}", ip, address.port())
                                   : fmt::format("{}:{}", ip, address.port());
}

namespace {

void KeepAlive(Socket& socket, const SocketAddress& address, const config::TcpKeepalive& keepalive) {
  error_code ignored;  // connecting finds what is wrong
  socket.open(address.protocol(), ignored);
  const auto set = [&](int level, int option, int value) {
    ::setsockopt(socket.native_handle(), level, option, &value, sizeof(value));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  if (keepalive.keepalive_probes) set(IPPROTO_TCP, TCP_KEEPCNT, static_cast<int>(*keepalive.keepalive_probes));
  if (keepalive.keepalive_time) set(IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(*keepalive.keepalive_time));
  if (keepalive.keepalive_interval) set(IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(*keepalive.keepalive_interval));
}

}  // namespace

Task<StatusOr<Socket>> Connect(boost::asio::io_context& context, SocketAddress address, absl::Duration timeout,
                               const config::TcpKeepalive* keepalive) {
  Socket socket(context);
  if (keepalive != nullptr) KeepAlive(socket, address, *keepalive);
  Connecting connecting(socket, address, timeout);
  CO_TRY(co_await connecting);
  co_return std::move(socket);
}

}  // namespace minato::gateway

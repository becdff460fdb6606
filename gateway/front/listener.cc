#include "gateway/front/listener.h"

#include <algorithm>
#include <atomic>
#include <list>

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>

#include "gateway/front/http_session.h"
#include "gateway/transport/connection.h"
#include "runtime/check.h"
#include "runtime/sleep.h"
#include "telemetry/log.h"

namespace minato::gateway {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// A bound socket that never listens: it keeps the port, connections go to the listeners that share it.
struct ListenAddress::Reserved {
  int fd = -1;
  tcp::endpoint endpoint;
  ListenOptions options;
  ~Reserved() {
    if (fd >= 0) ::close(fd);
  }
};

namespace {

void SetIpVersions(int fd, const tcp::endpoint& endpoint, IpVersions versions) {
  if (!endpoint.address().is_v6()) return;
  const int own = versions == IpVersions::kOwn ? 1 : 0;
  ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &own, sizeof(own));
}

StatusOr<tcp::endpoint> ParseEndpoint(std::string_view address) {
  const size_t colon = address.rfind(':');
  std::string host(address.substr(0, colon == address.npos ? 0 : colon));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  error_code error;
  const auto ip = asio::ip::make_address(host, error);
  unsigned port = 0;
  bool digits = colon != address.npos && colon + 1 < address.size();
  for (char c : digits ? address.substr(colon + 1) : std::string_view()) {
    digits = digits && c >= '0' && c <= '9' && (port = port * 10 + static_cast<unsigned>(c - '0')) <= 65535;
  }
  if (error || !digits) {
    return InvalidArgument("\"{}\" is no address to listen on: IP:PORT, as in 127.0.0.1:8080", address);
  }
  return tcp::endpoint(ip, static_cast<uint16_t>(port));
}

Status SystemError(std::string_view doing, std::string_view address, int error) {
  if (error == EADDRINUSE) {
    return AlreadyExists("{} is in use: another program listens there (choose another port, or port 0)",
                         address);
  }
  return Unavailable("cannot {} {}: {}", doing, address, std::system_category().message(error));
}

using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

// co_await Accept(acceptor, socket): what Asio says of it. Acceptor::cancel ends it.
class Accept {
 public:
  Accept(Acceptor& acceptor, Socket& socket) : acceptor_(acceptor), socket_(socket) {}

  bool await_ready() const { return false; }
  template <TaskPromise P>
  void await_suspend(std::coroutine_handle<P> handle) {
    suspended_.Set(handle);
    acceptor_.async_accept(socket_, [this](const error_code& error) {
      error_ = error;
      suspended_.Resume();
    });
  }
  error_code await_resume() const { return error_; }

 private:
  Acceptor& acceptor_;
  Socket& socket_;
  Suspended suspended_;
  error_code error_;
};

}  // namespace

StatusOr<ListenAddress> ListenAddress::Reserve(std::string_view address, const ListenOptions& options) {
  TRY(const tcp::endpoint endpoint, ParseEndpoint(address));
  // Without SO_REUSEPORT first: it would let us share the port with a stranger that set it, too.
  const auto bind_to = [&](const tcp::endpoint& to, bool share) -> StatusOr<std::shared_ptr<Reserved>> {
    auto reserved = std::make_shared<Reserved>();
    reserved->fd = ::socket(to.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (reserved->fd < 0) return SystemError("open a socket for", address, errno);
    const int on = 1;
    ::setsockopt(reserved->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (share) ::setsockopt(reserved->fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    SetIpVersions(reserved->fd, to, options.ip_versions);
    if (::bind(reserved->fd, to.data(), static_cast<socklen_t>(to.size())) != 0) {
      return SystemError("bind", address, errno);
    }
    reserved->endpoint = to;
    reserved->options = options;
    socklen_t size = static_cast<socklen_t>(reserved->endpoint.capacity());
    ::getsockname(reserved->fd, reserved->endpoint.data(), &size);
    return reserved;
  };
  tcp::endpoint chosen;
  {
    TRY(std::shared_ptr<Reserved> probe, bind_to(endpoint, false));
    // SO_REUSEADDR lets two bind that do not listen; listening tells.
    if (::listen(probe->fd, 1) != 0) return SystemError("listen on", address, errno);
    chosen = probe->endpoint;
  }
  TRY(std::shared_ptr<Reserved> reserved, bind_to(chosen, true));
  return ListenAddress(std::move(reserved));
}

std::string ListenAddress::ToString() const {
  const auto& ip = reserved_->endpoint.address();
  return fmt::format("{}:{}", ip.is_v6() ? "[" + ip.to_string() + "]" : ip.to_string(),
                     reserved_->endpoint.port());
}

struct Listener::State {
  State(AsioExecutor& home, const ListenAddress& address, RequestHandler& handler,
        std::vector<FrontLimits> limits, TlsOf tls_of, std::vector<ConnectionLimit*> connection_limits)
      : home(home), address(address), handler(handler), limits_by_chain(std::move(limits)), tls_of(std::move(tls_of)),
        connection_limits(std::move(connection_limits)), acceptor(home.context()), sessions(home) {
    CHECK(!limits_by_chain.empty());
  }

  // After a reload a chain may have come whose limits this listener does not have; it is drained then.
  const FrontLimits& LimitsOf(size_t filter_chain) const {
    return limits_by_chain[filter_chain < limits_by_chain.size() ? filter_chain : 0];
  }
  const FrontLimits& limits() const { return limits_by_chain.front(); }

  bool AllowsOneMore() const {
    for (size_t i = 0; i < connection_limits.size(); ++i) {
      if (connection_limits[i]->Enter()) continue;
      while (i > 0) connection_limits[--i]->Leave();
      return false;
    }
    return true;
  }

  AsioExecutor& home;
  const ListenAddress address;
  RequestHandler& handler;
  const std::vector<FrontLimits> limits_by_chain;
  const TlsOf tls_of;
  const std::vector<ConnectionLimit*> connection_limits;
  Acceptor acceptor;
  bool draining = false;
  std::list<Connection*> connections;
  std::atomic<size_t> connection_count = 0;  // written by the home thread only
  Scope sessions;
};

Listener::Listener(AsioExecutor& home, const ListenAddress& address, RequestHandler& handler,
                   std::vector<FrontLimits> limits, TlsOf tls_of, std::vector<ConnectionLimit*> connection_limits)
    : state_(std::make_unique<State>(home, address, handler, std::move(limits), std::move(tls_of),
                                     std::move(connection_limits))) {}

Listener::~Listener() = default;

Task<void> Listener::Serve(State& state, std::unique_ptr<Connection> connection) {
  const auto place = state.connections.insert(state.connections.end(), connection.get());
  state.connection_count.store(state.connections.size(), std::memory_order_relaxed);
  if (state.draining) connection->InterruptWhenIdle();
  const Status ready = co_await connection->Handshake(state.limits().tls_handshake_timeout);
  if (ready.ok()) {
    const FrontLimits& limits = state.LimitsOf(connection->filter_chain());
    co_await ServeHttp(*connection, state.handler, limits, state.draining);
  } else {
    Log::Debug("{}: {}", connection->peer(), MessageOf(ready));
    co_await connection->Close();
  }
  for (ConnectionLimit* limit : state.connection_limits) limit->Leave();
  state.connections.erase(place);
  state.connection_count.store(state.connections.size(), std::memory_order_relaxed);
}

Status Listener::Listen() {
  State& state = *state_;
  const tcp::endpoint endpoint = state.address.reserved_->endpoint;
  error_code error;
  state.acceptor.open(endpoint.protocol(), error);
  const int on = 1;
  ::setsockopt(state.acceptor.native_handle(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  ::setsockopt(state.acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  const ListenOptions& options = state.address.reserved_->options;
  SetIpVersions(state.acceptor.native_handle(), endpoint, options.ip_versions);
  if (!error) state.acceptor.bind(endpoint, error);
  constexpr uint32_t kMost = asio::socket_base::max_listen_connections;
  if (!error) state.acceptor.listen(static_cast<int>(std::min(options.tcp_backlog_size.value_or(kMost), kMost)), error);
  if (error) return SystemError("listen on", state.address.ToString(), error.value());
  return OkStatus();
}

Task<void> Listener::Run() {
  State& state = *state_;
  while (!state.draining) {
    Socket socket(state.home.context());
    const error_code accepted = co_await Accept(state.acceptor, socket);
    if (state.draining) break;
    if (accepted) {
      // Out of descriptors or memory: those that are open matter more; the queue of the kernel holds the others.
      Log::Warning("accept on {} failed: {}", state.address.ToString(), accepted.message());
      const Status waited = co_await Sleep(absl::Milliseconds(100));
      if (!waited.ok()) break;
      continue;
    }
    if (state.sessions.size() >= state.limits().connections_max) {
      Log::Warning("connection refused: this worker has {} (connections_max)", state.sessions.size());
      continue;
    }
    if (!state.AllowsOneMore()) continue;
    const std::shared_ptr<const TlsAcceptor> tls = state.tls_of == nullptr ? nullptr : state.tls_of();
    auto connection = std::make_unique<Connection>(std::move(socket), state.home, state.limits().write_timeout,
                                                   tls == nullptr ? nullptr : tls->Accept());
    state.sessions.Spawn(Serve(state, std::move(connection)));
  }
  error_code ignored;
  state.acceptor.close(ignored);
  const Status ended = co_await state.sessions.Join();
}

void Listener::Drain() {
  State& state = *state_;
  if (std::exchange(state.draining, true)) return;
  error_code ignored;
  state.acceptor.cancel(ignored);
  for (Connection* connection : state.connections) connection->InterruptWhenIdle();
}

void Listener::Abort(Status reason) { state_->sessions.Cancel(std::move(reason)); }

size_t Listener::connections() const {
  return state_->connection_count.load(std::memory_order_relaxed);
}

}  // namespace minato::gateway

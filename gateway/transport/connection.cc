#include "gateway/transport/connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/check.h"

namespace minato::gateway {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

std::string NameOf(const asio::ip::tcp::endpoint& endpoint) {
  asio::ip::address address = endpoint.address();
  // Of a socket that takes both.
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  const std::string ip = address.to_string();
  return address.is_v6() ? fmt::format("ipv6:[{}]:{}", ip, endpoint.port())
                         : fmt::format("ipv4:{}:{}", ip, endpoint.port());
}

std::string PeerName(const Socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? "unknown" : NameOf(endpoint);
}

}  // namespace

Connection::Connection(Socket socket, AsioExecutor& home, absl::Duration write_timeout, std::unique_ptr<WireCodec> codec)
    : Watched(&OnReady),
      home_(home),
      write_timeout_(write_timeout),
      codec_(std::move(codec)),
      peer_(PeerName(socket)) {
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  fd_ = socket.release(ignored);
  // One that cannot be watched is as good as gone.
  if (!home_.edges().Watch(fd_, *this).ok()) {
    ::close(std::exchange(fd_, -1));
    closed_ = true;
  }
}

Connection::~Connection() {
  CHECK(!Pending(), "a connection ended before its Close");
  home_.timers().Disarm(read_timer_);
  home_.timers().Disarm(write_timer_);
}

std::string Connection::LocalAddress() const {
  asio::ip::tcp::endpoint endpoint;
  socklen_t length = static_cast<socklen_t>(endpoint.capacity());
  if (fd_ < 0 || ::getsockname(fd_, endpoint.data(), &length) != 0) return {};
  endpoint.resize(length);
  return NameOf(endpoint);
}

void Connection::Release() {
  if (begin_ == end_) begin_ = end_ = reported_end_ = 0;
}

void Connection::MakeRoom() {
  const size_t size = end_ - begin_;
  const size_t fresh = end_ - reported_end_;
  const bool full = end_ + 1 >= capacity_;
  size_t wanted = std::max(capacity_, kIdleBytes);
  if (size == 0 && waits_ == Waits::kIdle) {
    wanted = kIdleBytes;
  } else if (read_filled_room_) {
    wanted = std::clamp(capacity_ * kGrowth, kIdleBytes, kReadBytesMax);
  } else if (size == 0 && small_reads_ >= kSmallReadsMax) {
    small_reads_ = 0;
    wanted = std::max(capacity_ / kGrowth, kIdleBytes);
  }
  if (full && size > wanted / 2) wanted = std::max(wanted * 2, size + kIdleBytes);
  if (wanted == capacity_ || (wanted < capacity_ && size > 0)) {
    if (!full && size > 0) return;
    if (size > 0) std::memmove(buffer_.get(), buffer_.get() + begin_, size);
  } else {
    auto fitting = std::make_unique_for_overwrite<char[]>(wanted);
    if (size > 0) std::memcpy(fitting.get(), buffer_.get() + begin_, size);
    buffer_ = std::move(fitting);
    capacity_ = wanted;
  }
  begin_ = 0;
  end_ = size;
  reported_end_ = size - fresh;
}

void Connection::OnReady(EdgePoll::Watched& watched, uint32_t events) {
  auto& self = static_cast<Connection&>(watched);
  constexpr uint32_t kEnds = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & kEnds) != 0) self.peer_ended_ = true;
  if ((events & (EPOLLIN | kEnds)) != 0) {
    self.readable_ = true;
    self.ReadWhatIsThere();
  }
  if ((events & (EPOLLOUT | kEnds)) != 0 && self.write_pending_) {
    self.write_pending_ = false;
    self.SendSome();
  }
}

void Connection::ReadWhatIsThere() {
  while (readable_ && !closed_ && !undelivered_ && (reader_waits_ || cancel_when_gone_ != nullptr)) {
    // The last byte is kept for watching: a buffer that a request fills exactly still notices the end behind it.
    const size_t room = capacity_ - end_ - (reader_waits_ && end_ < capacity_ ? 1 : 0);
    if (room == 0) return;
    const size_t wanted = std::min(room, kReadBytesMax);
    const ssize_t received = ::recv(fd_, buffer_.get() + end_, wanted, 0);
    if (received > 0) {
      // Nothing is left behind a read that came up short, unless it is the end: what comes next is an edge.
      read_filled_room_ = static_cast<size_t>(received) == wanted;
      readable_ = read_filled_room_ || peer_ended_;
      Arrived(received);
    } else if (received < 0 && errno == EAGAIN) {
      readable_ = false;
    } else if (received == 0 || errno != EINTR) {
      Gone();
    }
  }
}

bool Connection::MoreIsWaiting() const {
  char next;
  return read_filled_room_ && !closed_ && ::recv(fd_, &next, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void Connection::Arrived(size_t bytes) {
  home_.gathering().Received(bytes);
  small_reads_ = bytes < capacity_ / kGrowth ? small_reads_ + 1 : 0;
  const size_t plain = codec_ == nullptr ? bytes : Decrypt(bytes);
  end_ += plain;
  if (!reader_waits_) return;
  if (plain > 0) {
    WakeReader();
  } else {
    MakeRoom();
  }
}

void Connection::Gone() {
  if (closed_) return;
  closed_ = true;
  WakeReader();
  output_waiters_.GrantAll();
  if (CancelSource* const source = std::exchange(cancel_when_gone_, nullptr)) {
    source->Cancel(Cancelled("the client went away"));
  }
}

void Connection::WakeReader() {
  if (std::exchange(reader_waits_, false)) reader_.Resume();
}

void Connection::ReadMore::Begin() {
  connection_.reader_waits_ = true;
  connection_.waits_ = waits_;
  connection_.read_deadline_ = deadline_;
  connection_.read_timer_.Keep();
  connection_.MakeRoom();
  connection_.ReadWhatIsThere();
}

Connection::Arrival Connection::ReadMore::await_resume() {
  Unsubscribe();
  connection_.read_deadline_ = absl::InfiniteFuture();
  if (connection_.end_ > connection_.reported_end_) {
    connection_.reported_end_ = connection_.end_;
    return Arrival::kBytes;
  }
  if (connection_.closed_) return Arrival::kClosed;
  const bool interrupted = cancel_.cancelled() || (waits_ != Waits::kUninterrupted && connection_.interrupted_);
  return interrupted ? Arrival::kInterrupted : Arrival::kTimeout;
}

void Connection::InterruptWhenIdle() {
  interrupted_ = true;
  if (waits_ != Waits::kUninterrupted) WakeReader();
  if (set_when_interrupted_ != nullptr) set_when_interrupted_->Set();
}

void Connection::ReadDeadlinePassed() { WakeReader(); }

void Connection::CancelWhenGone(CancelSource* source) {
  cancel_when_gone_ = source;
  if (source == nullptr) return;
  if (closed_) {
    cancel_when_gone_ = nullptr;
    source->Cancel(Cancelled("the client went away"));
  } else if (readable_ && !read_soon_.posted) {
    read_soon_.posted = true;
    home_.Post(read_soon_);
  }
}

void Connection::StartSendingSoon() {
  if (send_soon_.posted) return;
  send_soon_.posted = true;
  home_.Post(send_soon_);
}

void Connection::SoonWork::OnRun(Work& work) {
  auto& self = static_cast<SoonWork&>(work);
  self.posted = false;
  (self.owner.*self.action)();
  self.owner.OperationEnded();
}

void Connection::StartSending() {
  if (!write_pending_) SendSome();
}

void Connection::SendSome() {
  if (codec_ == nullptr) {
    SendFrom(output_, output_begin_);
  } else {
    Encrypt();
    SendFrom(codec_->wire(), wire_begin_);
  }
  if (!output_waiters_.empty()) output_waiters_.GrantAll();
}

void Connection::SendFrom(std::string& bytes, size_t& begin) {
  while (begin < bytes.size() && !closed_) {
    const ssize_t sent = ::send(fd_, bytes.data() + begin, bytes.size() - begin, MSG_NOSIGNAL);
    if (sent >= 0) {
      begin += sent;
      bytes_sent_ += sent;
    } else if (errno == EAGAIN) {
      write_pending_ = true;
      write_deadline_ = home_.Now() + write_timeout_;
      write_timer_.Keep();
      break;
    } else if (errno != EINTR) {
      Gone();
    }
  }
  if (!write_pending_) write_deadline_ = absl::InfiniteFuture();
  if (closed_ || begin == bytes.size()) {
    begin = 0;
    bytes.clear();
    if (bytes.capacity() > kReadBytesMax) bytes = std::string();
  } else if (begin > kReadBytesMax) {
    bytes.erase(0, begin);
    begin = 0;
  }
}

void Connection::WriteDeadlinePassed() {
  // The peer takes nothing: nothing sent from now on would reach it.
  write_pending_ = false;
  Gone();
  SendSome();
}

Task<Status> Connection::OutputBelow(size_t bytes_max) {
  if (closed_) return Unavailable("the client went away");
  return output_size() > bytes_max ? WaitForOutputBelow(bytes_max) : OkStatus();
}

Task<Status> Connection::WaitForOutputBelow(size_t bytes_max) {
  while (!closed_ && output_size() > bytes_max) {
    StartSending();
    if (closed_ || output_size() <= bytes_max) break;
    WaitList::Waiter room(output_waiters_);
    CO_TRY(co_await room);
  }
  if (closed_) co_return Unavailable("the client went away");
  co_return OkStatus();
}

void Connection::LazyTimer::Keep() {
  if (deadline == absl::InfiniteFuture()) return;
  TimerQueue& timers = owner.home_.timers();
  if (armed()) {
    if (armed_for <= deadline) return;
    timers.Disarm(*this);
  }
  armed_for = deadline;
  timers.Arm(*this, deadline);
}

void Connection::LazyTimer::OnFire(Timer& timer) {
  auto& self = static_cast<LazyTimer&>(timer);
  if (self.deadline <= self.owner.home_.Now()) {
    self.deadline = absl::InfiniteFuture();
    (self.owner.*self.passed)();
  } else {
    self.Keep();
  }
}

void Connection::OperationEnded() {
  if (closing_ && !Pending()) {
    closing_ = false;
    closer_.Resume();
  }
}

// Suspends without asking for cancellation: what ends a connection is not itself ended.
struct Connection::NothingPending {
  Connection& connection;
  bool await_ready() const { return !connection.Pending(); }
  template <TaskPromise P>
  void await_suspend(std::coroutine_handle<P> handle) {
    connection.closer_.Set(handle);
    connection.closing_ = true;
  }
  void await_resume() const {}
};

Task<void> Connection::LingerBriefly() {
  constexpr size_t kBytesMax = 1 << 20;
  const absl::Time deadline = home_.Now() + absl::Seconds(2);
  const Status sent = co_await OutputBelow(0);
  if (!sent.ok()) co_return;
  EndEncryption();
  ::shutdown(fd_, SHUT_WR);
  for (size_t taken = 0; taken < kBytesMax;) {
    taken += input().size();
    Consume(input().size());
    const Arrival arrival = co_await ReadMore(*this, deadline);
    if (arrival != Arrival::kBytes) break;
  }
}

Task<Connection::Upgraded> Connection::Upgrade() {
  CHECK(codec_ == nullptr, "an encrypted connection has no socket of its own to hand over");
  cancel_when_gone_ = nullptr;
  co_await NothingPending{*this};
  Upgraded upgraded{Socket(home_.context()), std::string(input())};
  if (fd_ >= 0) {
    home_.edges().Forget(fd_, *this);
    error_code ignored;
    int family = AF_INET;
    socklen_t size = sizeof(family);
    ::getsockopt(fd_, SOL_SOCKET, SO_DOMAIN, &family, &size);
    const auto protocol = family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
    upgraded.socket.assign(protocol, std::exchange(fd_, -1), ignored);
  }
  closed_ = true;
  co_return upgraded;
}

Task<void> Connection::Close(bool reset) {
  if (!reset) EndEncryption();
  if (fd_ >= 0) {
    constexpr linger kReset{.l_onoff = 1, .l_linger = 0};
    if (reset) ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &kReset, sizeof(kReset));
    home_.edges().Forget(fd_, *this);
    ::close(std::exchange(fd_, -1));
  }
  closed_ = true;
  co_await NothingPending{*this};
}

}  // namespace minato::gateway

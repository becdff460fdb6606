// One connected socket: bytes in, bytes out, and what time and the peer do to it meanwhile. No HTTP.
//
// It is read whenever somebody waits for bytes or a request is being served, and there is room, so that a
// client that goes away is noticed; but only if its executor's EdgePoll has told of something to read.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "gateway/transport/wire_codec.h"
#include "runtime/cancel.h"
#include "runtime/event.h"
#include "runtime/io/asio_executor.h"
#include "runtime/io/edge_poll.h"
#include "runtime/wait.h"

namespace minato::gateway {

// With the executor's concrete type: the type-erased default costs an allocation an operation.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class Connection : private EdgePoll::Watched {
 public:
  enum class Arrival { kBytes, kClosed, kTimeout, kInterrupted };

  // `home` outlives the connection; the socket has nothing pending, and leaves its io_context. With a codec, input and
  // output are what it makes of the socket's bytes; Handshake comes first.
  Connection(Socket socket, AsioExecutor& home, absl::Duration write_timeout, std::unique_ptr<WireCodec> codec = nullptr);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();  // only after Close

  const std::string& peer() const { return peer_; }  // "ipv4:127.0.0.1:40312"
  std::string LocalAddress() const;  // likewise; empty once it is closed
  AsioExecutor& home() { return home_; }
  bool encrypted() const { return codec_ != nullptr; }
  // Of the codec; see there.
  std::string_view protocol() const { return codec_ == nullptr ? "" : codec_->protocol(); }
  size_t filter_chain() const { return codec_ == nullptr ? 0 : codec_->filter_chain(); }

  // Before anything is read or written; OK at once without a codec. UNAVAILABLE with what the peer did wrong, or has of
  // us; DEADLINE_EXCEEDED; the reason of the task's cancellation.
  Task<Status> Handshake(absl::Duration timeout);

  // Bytes that arrived and were not consumed. Views into them, and into what was consumed since the last
  // Release, hold until Release or ReadMore.
  std::string_view input() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void Consume(size_t bytes) { begin_ += bytes; }
  void Release();  // what was consumed may go
  // Whether the last read left something in the kernel for want of room.
  bool MoreIsWaiting() const;

  // Waits for bytes beyond those in input(). Moves the buffer when it is full. A connection that waits kIdle with nothing
  // in the buffer has a small one meanwhile.
  enum class Waits { kUninterrupted, kInterruptibly, kIdle };
  class ReadMore;

  // Wakes a ReadMore that waits kInterruptibly or kIdle, or the next one that will: the server drains.
  void InterruptWhenIdle();
  bool interrupted() const { return interrupted_; }
  // For whoever has the socket after Upgrade: while set, InterruptWhenIdle sets the event. nullptr ends it.
  void SetWhenInterrupted(Event* event) { set_when_interrupted_ = event; }

  // While set, the source is cancelled (CANCELLED) when the client goes away; watching begins once the coroutines
  // that are ready now have run, so that what is answered at once costs nothing. nullptr ends it.
  void CancelWhenGone(CancelSource* source);
  bool gone() const { return closed_; }

  // Appended here, sent by StartSending.
  std::string& output() { return output_; }
  size_t output_size() const {
    return output_.size() - output_begin_ + (codec_ == nullptr ? 0 : codec_->wire().size() - wire_begin_);
  }
  void StartSending();      // sends what the kernel takes now; the rest goes as it gets room
  void StartSendingSoon();  // the same, once the coroutines that are ready now have run
  // OK once no more than `bytes_max` wait to be sent; UNAVAILABLE when the client is gone.
  Task<Status> OutputBelow(size_t bytes_max);
  uint64_t bytes_sent() const { return bytes_sent_; }  // by the socket

  // Sends the end of the stream and takes what the client still sends, up to a bound of time and bytes, so that a
  // client in the middle of sending reads the answer instead of an error.
  Task<void> LingerBriefly();

  // Hands the socket over, for another protocol, with the bytes that were read too far. Not of an encrypted one.
  struct Upgraded {
    Socket socket;
    std::string unread;
  };
  Task<Upgraded> Upgrade();

  // Ends the connection and waits until nothing of it is pending. `reset` discards what was not sent, and
  // tells the client by a RST that the answer is not complete.
  Task<void> Close(bool reset = false);

 private:
  static constexpr size_t kIdleBytes = 2048;
  static constexpr size_t kReadBytesMax = 64 * 1024;
  // A read that fills its room makes the next one larger by this factor; many that use less than this part of it make
  // it smaller again.
  static constexpr size_t kGrowth = 8;
  static constexpr int kSmallReadsMax = 64;

  struct NothingPending;

  static void OnReady(EdgePoll::Watched& self, uint32_t events);
  bool Pending() const { return send_soon_.posted || read_soon_.posted; }
  void ReadWhatIsThere();
  void Arrived(size_t bytes);
  void MakeRoom();
  void Gone();
  void SendSome();
  Task<Status> WaitForOutputBelow(size_t bytes_max);
  void SendFrom(std::string& bytes, size_t& begin);
  void Encrypt();
  // What came is decrypted where it stands: how much it is.
  size_t Decrypt(size_t bytes);
  size_t ReadPlain();
  void TakeUndelivered();
  void EndEncryption();
  void WakeReader();
  void OperationEnded();
  void ReadDeadlinePassed();
  void WriteDeadlinePassed();

  int fd_;  // -1: closed, or handed over
  AsioExecutor& home_;
  const absl::Duration write_timeout_;
  const std::unique_ptr<WireCodec> codec_;
  std::string peer_;

  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0;  // of what was not consumed
  size_t end_ = 0;
  size_t reported_end_ = 0;  // what ReadMore has told of
  bool readable_ = true;     // the next read may find something
  bool peer_ended_ = false;  // no edge tells of it again
  bool read_filled_room_ = false;
  int small_reads_ = 0;    // in a row
  bool closed_ = false;
  bool interrupted_ = false;
  Waits waits_ = Waits::kUninterrupted;
  CancelSource* cancel_when_gone_ = nullptr;
  Event* set_when_interrupted_ = nullptr;

  bool reader_waits_ = false;
  Suspended reader_;
  absl::Time read_deadline_ = absl::InfiniteFuture();

  std::string output_;
  size_t output_begin_ = 0;
  size_t wire_begin_ = 0;     // of what the codec made and was not sent
  bool undelivered_ = false;  // the codec has more than there was room for
  Status codec_error_;
  uint64_t bytes_sent_ = 0;
  bool write_pending_ = false;
  WaitList output_waiters_;
  absl::Time write_deadline_ = absl::InfiniteFuture();

  bool closing_ = false;
  Suspended closer_;

  // Timers stay armed at an early time and look at the deadline when they fire: a request moves a
  // deadline, not the heap.
  struct LazyTimer : Timer {
    using Passed = void (Connection::*)();
    LazyTimer(Connection& owner, absl::Time& deadline, Passed passed)
        : Timer(&OnFire), owner(owner), deadline(deadline), passed(passed) {}
    void Keep();  // sees to it that `passed` is called once `deadline` has passed
    static void OnFire(Timer& timer);
    Connection& owner;
    absl::Time& deadline;
    const Passed passed;
    absl::Time armed_for;
  };
  LazyTimer read_timer_{*this, read_deadline_, &Connection::ReadDeadlinePassed};
  LazyTimer write_timer_{*this, write_deadline_, &Connection::WriteDeadlinePassed};

  struct SoonWork : Work {
    using Action = void (Connection::*)();
    SoonWork(Connection& owner, Action action) : Work(&OnRun), owner(owner), action(action) {}
    static void OnRun(Work& work);
    Connection& owner;
    const Action action;
    bool posted = false;
  };
  SoonWork send_soon_{*this, &Connection::StartSending};
  SoonWork read_soon_{*this, &Connection::ReadWhatIsThere};
};

// co_await Connection::ReadMore(connection, home.Now() + timeout): Arrival. kInterrupted: its task was cancelled, or
// the server drains. What has arrived comes first.
class [[nodiscard]] Connection::ReadMore : private CancelSubscription {
 public:
  ReadMore(Connection& connection, absl::Time deadline, Waits waits = Waits::kUninterrupted)
      : CancelSubscription(&OnCancel), connection_(connection), deadline_(deadline), waits_(waits) {}

  bool await_ready() const {
    if (connection_.undelivered_) connection_.TakeUndelivered();
    return connection_.end_ > connection_.reported_end_ || connection_.closed_ ||
           (waits_ != Waits::kUninterrupted && connection_.interrupted_);
  }
  template <TaskPromise P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    cancel_ = handle.promise().context().cancel;
    if (cancel_.cancelled()) return false;
    connection_.reader_.Set(handle);
    Subscribe(cancel_);
    Begin();
    return true;
  }
  Arrival await_resume();

 private:
  void Begin();
  static void OnCancel(CancelSubscription& self) { static_cast<ReadMore&>(self).connection_.WakeReader(); }

  Connection& connection_;
  const absl::Time deadline_;
  const Waits waits_;
  CancelToken cancel_;
};

}  // namespace minato::gateway

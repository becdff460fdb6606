#include "runtime/io/asio_executor.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "runtime/scope.h"
#include "runtime/sleep.h"

namespace minato {
namespace {

namespace asio = boost::asio;
using Socket = asio::basic_stream_socket<asio::local::stream_protocol, asio::io_context::executor_type>;

Task<void> StopAfter(AsioExecutor& loop, Task<Status> task, Status& result) {
  result = co_await std::move(task);
  loop.Stop();
}

// The loop serves on the calling thread until the task is done; once per loop.
Status RunTask(AsioExecutor& loop, Task<Status> task) {
  Status result;
  Scope scope(loop);
  scope.Spawn(StopAfter(loop, std::move(task), result));
  loop.Run();
  return result;
}

// A loop on a thread of its own, until it goes.
class LoopThread {
 public:
  explicit LoopThread(const Clock& clock = Clock::Real()) : loop_(clock), thread_([this] { loop_.Run(); }) {}
  ~LoopThread() {
    loop_.Stop();
    thread_.join();
  }
  AsioExecutor& loop() { return loop_; }

 private:
  AsioExecutor loop_;
  std::thread thread_;
};

// Posts a piece of work and waits for it, so that the loop has nothing to do before and after.
void Ping(AsioExecutor& loop) {
  struct Piece : Work {
    explicit Piece(const AsioExecutor& home) : Work(&OnRun), home(home) {}
    static void OnRun(Work& work) {
      auto& self = static_cast<Piece&>(work);
      EXPECT_TRUE(self.home.IsCurrent());
      self.done.store(true);
      self.done.notify_one();
    }
    const AsioExecutor& home;
    std::atomic<bool> done{false};
  };
  const auto piece = std::make_unique<Piece>(loop);
  loop.Post(*piece);
  piece->done.wait(false);
}

TEST(AsioExecutor, IsWokenByEveryPostThatFindsItIdle) {
  LoopThread thread;
  for (int i = 0; i < 5'000; ++i) Ping(thread.loop());
}

Task<Status> SleepInTurn(AsioExecutor& home) {
  for (const int milliseconds : {3, 1, 2}) {
    const absl::Time began = home.Now();
    CO_TRY(co_await Sleep(absl::Milliseconds(milliseconds)));
    EXPECT_GE(home.Now() - began, absl::Milliseconds(milliseconds));
    EXPECT_TRUE(home.IsCurrent());
  }
  co_return OkStatus();
}

TEST(AsioExecutor, FiresTimersWhileItWaitsForSockets) {
  AsioExecutor loop;
  EXPECT_TRUE(RunTask(loop, SleepInTurn(loop)).ok());
}

// How often the loop looked at the time, which it does in every round while a timer is armed.
class CountingClock final : public Clock {
 public:
  absl::Time Now() const override {
    looks.fetch_add(1, std::memory_order_relaxed);
    return Clock::Real().Now();
  }
  mutable std::atomic<int> looks{0};
};

// 11,000 years: the longest grpc-timeout that a client may send. As nanoseconds it has no int64.
TEST(AsioExecutor, DoesNotSpinWhileItsNextTimerIsFarAway) {
  struct Never : Timer {
    Never() : Timer([](Timer&) { ADD_FAILURE() << "fired"; }) {}
  };
  constexpr int kPings = 1'000;
  constexpr int kLooksPerPing = 6;
  CountingClock clock;
  Never never;
  AsioExecutor loop(clock);
  loop.timers().Arm(never, loop.Now() + absl::Hours(99'999'999));
  std::thread thread([&] { loop.Run(); });
  for (int i = 0; i < kPings; ++i) Ping(loop);
  EXPECT_LE(clock.looks, kPings * kLooksPerPing);
  loop.Stop();
  thread.join();
  loop.timers().Disarm(never);
}

// Yields from a read that Asio completes.
class ReadOne {
 public:
  explicit ReadOne(Socket& socket) : socket_(socket) {}
  bool await_ready() const { return false; }
  template <TaskPromise P>
  void await_suspend(std::coroutine_handle<P> handle) {
    suspended_.Set(handle);
    socket_.async_read_some(asio::buffer(&byte_, 1), [this](const boost::system::error_code& error, size_t) {
      EXPECT_NE(Executor::Current(), nullptr);
      error_ = error;
      suspended_.Resume();
    });
  }
  StatusOr<char> await_resume() const {
    if (error_) return Unavailable("{}", error_.message());
    return byte_;
  }

 private:
  Socket& socket_;
  Suspended suspended_;
  boost::system::error_code error_;
  char byte_ = 0;
};

Task<Status> ReadWord(Socket& socket, std::string& word) {
  for (;;) {
    CO_TRY(const char letter, co_await ReadOne(socket));
    if (letter == '.') co_return OkStatus();
    word.push_back(letter);
  }
}

TEST(AsioExecutor, BringsHomeWhatSocketsComplete) {
  AsioExecutor loop;
  Socket reading(loop.context());
  Socket writing(loop.context());
  asio::local::connect_pair(reading, writing);
  std::thread peer([&] { EXPECT_EQ(::send(writing.native_handle(), "harbour.", 8, 0), 8); });
  std::string word;
  EXPECT_TRUE(RunTask(loop, ReadWord(reading, word)).ok());
  EXPECT_EQ(word, "harbour");
  peer.join();
}

// Work that becomes ready again and again.
class Busy : public Work {
 public:
  explicit Busy(Executor& home) : Work(&OnRun), home_(home) {}
  void Begin() { home_.Post(*this); }
  void End() { ended_ = true; }
  bool idle() const { return idle_; }

 private:
  static void OnRun(Work& work) {
    auto& self = static_cast<Busy&>(work);
    self.idle_ = self.ended_;
    if (!self.idle_) self.home_.Post(self);
  }
  Executor& home_;
  bool ended_ = false;
  bool idle_ = false;
};

Task<Status> ReadBeside(Socket& socket, std::string& word, Busy& busy) {
  busy.Begin();
  const Status read = co_await ReadWord(socket, word);
  busy.End();
  co_return read;
}

TEST(AsioExecutor, ServesSocketsThoughWorkIsAlwaysReady) {
  AsioExecutor loop;
  Socket reading(loop.context());
  Socket writing(loop.context());
  asio::local::connect_pair(reading, writing);
  ASSERT_EQ(::send(writing.native_handle(), "on.", 3, 0), 3);
  Busy busy(loop);
  std::string word;
  EXPECT_TRUE(RunTask(loop, ReadBeside(reading, word, busy)).ok());
  EXPECT_EQ(word, "on");
  EXPECT_TRUE(busy.idle());
}

// The last piece of work ends its loop.
struct Last : Work {
  Last(AsioExecutor& loop, Busy& busy) : Work(&OnRun), loop(loop), busy(busy) {}
  static void OnRun(Work& work) {
    auto& self = static_cast<Last&>(work);
    self.busy.End();
    self.loop.Stop();
  }
  AsioExecutor& loop;
  Busy& busy;
};

// The loop never sleeps, so it often runs the work before the thread that posted it comes to waking it.
TEST(AsioExecutor, EndsThoughAThreadThatPostedToItIsAboutToWakeIt) {
  for (int i = 0; i < 1'000; ++i) {
    auto loop = std::make_unique<AsioExecutor>();
    Busy busy(*loop);
    busy.Begin();
    Last last(*loop, busy);
    std::thread poster([&last] { last.loop.Post(last); });
    loop->Run();
    loop.reset();
    poster.join();
  }
}

}  // namespace
}  // namespace minato

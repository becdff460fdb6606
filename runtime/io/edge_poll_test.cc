#include "runtime/io/edge_poll.h"

#include <cstdio>
#include <utility>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace minato {
namespace {

// One end of a pair of sockets, watched.
class End : EdgePoll::Watched {
 public:
  explicit End(EdgePoll& poll) : Watched(&OnReady), poll_(poll) {
    int pair[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    fd_ = pair[0];
    peer_ = pair[1];
  }
  ~End() {
    Forget();
    ClosePeer();
    ::close(fd_);
  }

  void Watch() {
    EXPECT_TRUE(poll_.Watch(fd_, *this).ok());
    watched_ = true;
  }
  void Forget() {
    if (std::exchange(watched_, false)) poll_.Forget(fd_, *this);
  }
  void PeerSends(char byte) { EXPECT_EQ(::send(peer_, &byte, 1, 0), 1); }
  void ClosePeer() {
    if (peer_ >= 0) ::close(std::exchange(peer_, -1));
  }
  void ForgetsWhenTold(End& other) { forgets_ = &other; }

  // Since the last call; 0: it was not told.
  uint32_t Told() { return std::exchange(told_, 0); }

 private:
  static void OnReady(Watched& watched, uint32_t events) {
    auto& self = static_cast<End&>(watched);
    self.told_ |= events;
    if (self.forgets_ != nullptr) self.forgets_->Forget();
  }

  EdgePoll& poll_;
  int fd_ = -1;
  int peer_ = -1;
  bool watched_ = false;
  uint32_t told_ = 0;
  End* forgets_ = nullptr;
};

TEST(EdgePoll, TellsOfAnEdgeOnce) {
  EdgePoll poll;
  End end(poll);
  end.Watch();
  EXPECT_TRUE(poll.Poll());
  EXPECT_EQ(end.Told(), EPOLLOUT);
  EXPECT_FALSE(poll.Poll());
  for (int i = 0; i < 3; ++i) {  // though the first byte is never read
    end.PeerSends('a');
    EXPECT_TRUE(poll.Poll());
    EXPECT_EQ(end.Told() & EPOLLIN, EPOLLIN);
    EXPECT_FALSE(poll.Poll());
    EXPECT_EQ(end.Told(), 0);
  }
}

TEST(EdgePoll, TellsOfWhatWasThereBefore) {
  EdgePoll poll;
  End end(poll);
  end.PeerSends('a');
  end.Watch();
  EXPECT_TRUE(poll.Poll());
  EXPECT_EQ(end.Told() & EPOLLIN, EPOLLIN);
}

TEST(EdgePoll, TellsOfTheEndBesideTheLastBytes) {
  EdgePoll poll;
  End end(poll);
  end.Watch();
  end.PeerSends('a');
  end.ClosePeer();
  EXPECT_TRUE(poll.Poll());
  EXPECT_EQ(end.Told() & (EPOLLIN | EPOLLRDHUP), EPOLLIN | EPOLLRDHUP);
}

TEST(EdgePoll, ForgetsWhatItHasHeardAndNotYetTold) {
  EdgePoll poll;
  End first(poll), second(poll), third(poll);
  for (End* end : {&first, &second, &third}) end->Watch();
  first.ForgetsWhenTold(second);
  EXPECT_TRUE(poll.Poll());
  EXPECT_NE(first.Told(), 0);
  EXPECT_EQ(second.Told(), 0);
  EXPECT_NE(third.Told(), 0);
  second.PeerSends('a');
  EXPECT_FALSE(poll.Poll());
}

TEST(EdgePoll, ForgetsWhoIsBeingTold) {
  EdgePoll poll;
  End end(poll);
  end.Watch();
  end.ForgetsWhenTold(end);
  EXPECT_TRUE(poll.Poll());
  end.PeerSends('a');
  EXPECT_FALSE(poll.Poll());
}

TEST(EdgePoll, CanBeWaitedForByAnotherPoll) {
  EdgePoll poll;
  End end(poll);
  end.Watch();
  pollfd waits{.fd = poll.fd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&waits, 1, 0), 1);
  EXPECT_TRUE(poll.Poll());
  EXPECT_EQ(::poll(&waits, 1, 0), 0);
  end.PeerSends('a');
  EXPECT_EQ(::poll(&waits, 1, 0), 1);
}

TEST(EdgePoll, SaysWhyItCannotWatch) {
  EdgePoll poll;
  std::FILE* const file = std::tmpfile();
  struct Nobody : EdgePoll::Watched {
    Nobody() : Watched([](Watched&, uint32_t) {}) {}
  } nobody;
  const Status status = poll.Watch(::fileno(file), nobody);
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_NE(status.message().find("Operation not permitted"), std::string::npos) << status;
  std::fclose(file);
}

}  // namespace
}  // namespace minato

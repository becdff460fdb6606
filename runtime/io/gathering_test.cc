#include "runtime/io/gathering.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace minato {
namespace {

using absl::Microseconds;
using absl::Milliseconds;

// A loop with a peer. Each of its rounds takes a moment, and happens as soon as there is a message.
class Loop {
 public:
  static constexpr absl::Duration kRound = Microseconds(5);
  enum class Peer {
    kSteady,  // sends at its own pace, whatever the loop does
    kWaits,   // sends the next message when the last one has been handled
  };

  Loop(Peer peer, absl::Duration between_messages) : peer_(peer), between_(between_messages) {}

  void Run(absl::Duration time) {
    const absl::Time end = now_ + time;
    while (now_ < end) {
      const absl::Duration pause = gathering.Pause(now_);
      longest_pause = std::max(longest_pause, pause);
      slept += pause;
      now_ = std::max(now_ + pause, next_message_);
      for (; next_message_ <= now_; next_message_ += between_) {
        gathering.Received(100);
        ++messages;
        if (peer_ == Peer::kWaits) next_message_ = now_;
      }
      now_ += kRound;
      ++rounds;
    }
  }

  Gathering gathering;
  absl::Duration longest_pause;
  absl::Duration slept;
  int rounds = 0;
  int messages = 0;

 private:
  const Peer peer_;
  const absl::Duration between_;
  absl::Time now_ = absl::UnixEpoch();
  absl::Time next_message_ = now_;
};

TEST(Gathering, SleepsForAPartOfARequestUnderLoad) {
  Loop loop(Loop::Peer::kSteady, Microseconds(10));
  loop.gathering.RequestTook(Microseconds(100) * PauseLength::kParts[PauseLength::kFirst]);
  loop.Run(Milliseconds(50));
  EXPECT_EQ(loop.longest_pause, Microseconds(100));
  loop.Run(Milliseconds(50));
  EXPECT_NEAR(loop.messages, 10'000, 30);  // those of the last pause come behind the end
  EXPECT_LT(loop.rounds, 3'000);  // one in ten, and those in which it looked
}

TEST(Gathering, NeverSleepsLongerThanItsBound) {
  Loop loop(Loop::Peer::kSteady, Microseconds(10));
  loop.gathering.RequestTook(absl::Seconds(1));
  loop.Run(Milliseconds(100));
  EXPECT_EQ(loop.longest_pause, Gathering::kPauseMax);
}

TEST(Gathering, SleepsForTheLongestPartWherePeersDoNotMind) {
  Loop loop(Loop::Peer::kSteady, Microseconds(10));
  loop.gathering.RequestTook(Milliseconds(1));
  loop.Run(absl::Seconds(10));
  EXPECT_EQ(loop.longest_pause, Milliseconds(1) / PauseLength::kParts.back());
}

TEST(Gathering, OneLongStreamDoesNotMakeTheTimeOfManyRequestsLong) {
  Loop loop(Loop::Peer::kSteady, Microseconds(10));
  loop.gathering.RequestTook(absl::Hours(1));
  for (int i = 0; i < 100; ++i) loop.gathering.RequestTook(Microseconds(600));
  loop.Run(Milliseconds(50));
  EXPECT_NEAR(absl::ToDoubleMicroseconds(loop.longest_pause), 600 / PauseLength::kParts[PauseLength::kFirst], 10);
}

TEST(Gathering, DoesNotSleepWhereFewRoundsWouldBeSaved) {
  Loop loop(Loop::Peer::kSteady, Microseconds(100));
  loop.gathering.RequestTook(Milliseconds(1));
  loop.Run(Milliseconds(100));
  EXPECT_EQ(loop.slept, absl::ZeroDuration());
}

TEST(Gathering, DoesNotSleepBeforeARequestHasBeenTimed) {
  Loop loop(Loop::Peer::kSteady, Microseconds(6));
  loop.Run(Milliseconds(100));
  EXPECT_EQ(loop.slept, absl::ZeroDuration());
}

TEST(Gathering, DoesNotSlowDownQuickRequests) {
  Loop loop(Loop::Peer::kSteady, Microseconds(10));
  loop.gathering.RequestTook(Microseconds(100));
  loop.Run(Milliseconds(100));
  EXPECT_EQ(loop.slept, absl::ZeroDuration());
}

TEST(Gathering, StopsWherePeersWaitForWhatItDelays) {
  Loop loop(Loop::Peer::kWaits, Microseconds(10));
  loop.gathering.RequestTook(absl::Seconds(1));
  loop.Run(absl::Seconds(10));
  EXPECT_GT(loop.slept, absl::ZeroDuration());
  EXPECT_LT(loop.slept, Milliseconds(800));
}

TEST(Gathering, SleepsAgainWhenPeersNoLongerWait) {
  Gathering gathering;
  gathering.RequestTook(absl::Seconds(1));
  absl::Time now = absl::UnixEpoch();
  const auto run = [&](absl::Duration time, bool peer_waits) {
    absl::Duration slept;
    for (const absl::Time end = now + time; now < end;) {
      const absl::Duration pause = gathering.Pause(now);
      slept += pause;
      const absl::Duration round = pause + Microseconds(10);
      now += round;
      gathering.Received(peer_waits ? 10 : static_cast<size_t>(absl::ToInt64Microseconds(round)));
    }
    return slept;
  };
  EXPECT_LT(run(absl::Seconds(10), true), Milliseconds(800));
  run(absl::Seconds(2), false);
  EXPECT_GT(run(absl::Seconds(1), false), Milliseconds(800));
}

}  // namespace
}  // namespace minato

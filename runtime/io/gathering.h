// Lets I/O gather, as network cards do (interrupt moderation): a loop that looks at once pays a wake-up, a read and a
// write for every single message, which costs more than handling it. Under load it sleeps for a moment first, and what
// has come meanwhile shares these costs.
//
// It sleeps only while requests take much longer than its rounds do, as they do when they wait for each other somewhere,
// and then for a small part of that time. What cannot be known, whether somebody waits for exactly what is delayed, is
// tried: it looks at once for a moment, sleeps for a while, and compares how much was received. Where sleeping slowed the
// peers down it stops, for longer each time.
#pragma once

#include <cstddef>

#include <absl/time/time.h>

namespace minato {

// Of one loop, on its thread.
class Gathering {
 public:
  static constexpr absl::Duration kPauseMax = absl::Microseconds(250);
  // Of the mean time that requests take, one pause is this part at most. A request meets two.
  static constexpr int kPart = 24;
  // Rounds that one pause must save to be worth its own cost.
  static constexpr double kRoundsMin = 2;

  // A request, from its head to the end of its answer. Before the first one there are no pauses.
  void RequestTook(absl::Duration time);
  // From a peer.
  void Received(size_t bytes) { bytes_ += bytes; }

  // Once in each round, before the loop would wait: how long it sleeps instead before it looks again.
  absl::Duration Pause(absl::Time now);

 private:
  enum class Phase { kLook, kGather, kRest };

  void Enter(Phase phase, absl::Time now, absl::Duration time);
  void Leave(absl::Time now);

  double request_seconds_ = 0;  // smoothed mean
  Phase phase_ = Phase::kLook;
  absl::Time began_ = absl::InfinitePast();  // the phase
  absl::Time ends_ = absl::InfinitePast();
  size_t bytes_ = 0;   // since then
  size_t rounds_ = 0;  // likewise
  double bytes_per_second_looking_ = 0;
  absl::Duration pause_;  // kGather
  absl::Duration rest_;   // the last one
};

}  // namespace minato

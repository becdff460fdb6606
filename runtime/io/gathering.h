// Lets I/O gather, as network cards do (interrupt moderation): a loop that looks at once pays a wake-up, a read and a
// write for every single message, which costs more than handling it. Under load it sleeps for a moment first, and what
// has come meanwhile shares these costs.
//
// It sleeps only while requests take much longer than its rounds do, as they do when they wait for each other somewhere,
// and then for a part of that time. How long peers can do without it is not known, nor whether one waits for exactly
// what is delayed. Both are tried: it looks at once for a moment, then sleeps for a while, and compares how much was
// received. Where sleeping slowed the peers down it stops, for longer each time; else PauseLength finds out for how long
// they can do without it.
#pragma once

#include <cstddef>

#include <absl/time/time.h>

#include "runtime/io/pause_length.h"

namespace minato {

// Of one loop, on its thread.
class Gathering {
 public:
  // A request meets two pauses, each of which is a part of the mean time that requests take, and no longer than this.
  static constexpr absl::Duration kPauseMax = absl::Microseconds(500);
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
  double PauseSeconds() const;
  void Gather(absl::Time now);

  double request_seconds_ = 0;  // smoothed mean
  Phase phase_ = Phase::kLook;
  absl::Time began_ = absl::InfinitePast();  // the phase
  absl::Time ends_ = absl::InfinitePast();
  size_t bytes_ = 0;   // since then
  size_t rounds_ = 0;  // likewise
  double bytes_per_second_looking_ = 0;
  PauseLength length_;
  absl::Duration pause_;  // kGather
  absl::Duration rest_;   // the last one
};

}  // namespace minato

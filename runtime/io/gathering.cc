#include "runtime/io/gathering.h"

#include <algorithm>

namespace minato {
namespace {

constexpr absl::Duration kLookTime = absl::Milliseconds(2);
constexpr absl::Duration kGatherTime = absl::Milliseconds(50);
constexpr absl::Duration kRestMin = absl::Milliseconds(20);
constexpr absl::Duration kRestMax = absl::Seconds(2);

// Of what was received while looking; less than that in the same time of gathering is no accident.
constexpr double kReceivedMin = 0.9;

// Of what a request took. From there on every part is above kPauseMax, and one long stream should not hide many short
// requests.
constexpr absl::Duration kRequestMax = absl::Milliseconds(12);

// Of a new value in a smoothed mean.
constexpr double kShare = 1.0 / 16;

}  // namespace

void Gathering::RequestTook(absl::Duration time) {
  const double seconds = absl::ToDoubleSeconds(std::min(time, kRequestMax));
  request_seconds_ = request_seconds_ == 0 ? seconds : request_seconds_ + kShare * (seconds - request_seconds_);
}

void Gathering::Enter(Phase phase, absl::Time now, absl::Duration time) {
  phase_ = phase;
  began_ = now;
  ends_ = now + time;
  bytes_ = rounds_ = 0;
}

void Gathering::Leave(absl::Time now) {
  const double seconds = absl::ToDoubleSeconds(now - began_);
  const double bytes_per_second = static_cast<double>(bytes_) / seconds;
  switch (phase_) {
    case Phase::kLook:
      if (static_cast<double>(rounds_) / seconds * PauseSeconds() < kRoundsMin) break;
      bytes_per_second_looking_ = bytes_per_second;
      return Gather(now);
    case Phase::kGather:
      if (bytes_per_second < kReceivedMin * bytes_per_second_looking_) {
        length_.BeginAgain();
        rest_ = std::clamp(rest_ * 2, kRestMin, kRestMax);
        return Enter(Phase::kRest, now, rest_);
      }
      rest_ = absl::ZeroDuration();
      length_.WindowEnded(bytes_per_second);
      if (!length_.all_tried()) return Gather(now);
      break;
    case Phase::kRest:
      break;
  }
  Enter(Phase::kLook, now, kLookTime);
}

double Gathering::PauseSeconds() const {
  return std::min(absl::ToDoubleSeconds(kPauseMax), request_seconds_ * length_.part());
}

void Gathering::Gather(absl::Time now) {
  pause_ = absl::Seconds(PauseSeconds());
  Enter(Phase::kGather, now, kGatherTime);
}

absl::Duration Gathering::Pause(absl::Time now) {
  ++rounds_;
  if (now >= ends_) Leave(now);
  return phase_ == Phase::kGather ? pause_ : absl::ZeroDuration();
}

}  // namespace minato

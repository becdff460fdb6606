#include "runtime/io/pause_length.h"

#include <algorithm>

namespace minato {
namespace {

// What a longer pause must receive, and a shorter one, in the mean of so many trials, to be taken: at the same rate
// longer ones cost less.
constexpr double kLongerMin = 1;
constexpr double kShorterMin = 1.01;
constexpr int kTrials = 8;

// Of a length that was not taken, in times that all were tried.
constexpr int kRestMin = 4;
constexpr int kRestMax = 32;

}  // namespace

int PauseLength::Step() const {
  const int step = kSteps[window_];
  if (step > 0) return level_ + 1 == kParts.size() || longer_.rest_left > 0 ? 0 : step;
  return level_ == 0 || shorter_.rest_left > 0 ? 0 : step;
}

void PauseLength::WindowEnded(double bytes_per_second) {
  const int step = Step();
  if (step != 0 && received_before_ > 0) Compare(step, bytes_per_second / received_before_);
  received_before_ = bytes_per_second;
  window_ = (window_ + 1) % kSteps.size();
  if (window_ != 0) return;
  longer_.rest_left = std::max(longer_.rest_left - 1, 0);
  shorter_.rest_left = std::max(shorter_.rest_left - 1, 0);
}

void PauseLength::Compare(int step, double received) {
  Trials& trials = step > 0 ? longer_ : shorter_;
  trials.sum += received;
  if (++trials.count < kTrials) return;
  const bool better = trials.sum / kTrials >= (step > 0 ? kLongerMin : kShorterMin);
  if (!better) {
    const int rest = std::clamp(trials.rest * 2, kRestMin, kRestMax);
    trials = {.rest_left = rest, .rest = rest};
    return;
  }
  level_ += step;
  longer_ = shorter_ = {};
}

}  // namespace minato

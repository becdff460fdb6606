#include "runtime/io/pause_length.h"

#include <algorithm>
#include <numeric>
#include <utility>

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
  const bool at_end = step > 0 ? level_ + 1 == kParts.size() : level_ == 0;
  const Trials& trials = step > 0 ? longer_ : shorter_;
  return at_end || trials.rest_left > 0 ? 0 : step;
}

void PauseLength::WindowEnded(double bytes_per_second) {
  const int step = Step();
  if (step != 0) {
    tried_ = step;
    received_tried_ = bytes_per_second;
  } else {
    const double before = std::exchange(received_, bytes_per_second);
    const int tried = std::exchange(tried_, 0);
    if (tried != 0 && before > 0) Compare(tried, received_tried_ / std::midpoint(before, bytes_per_second));
  }
  window_ = (window_ + 1) % kSteps.size();
  if (window_ != 0) return;
  for (Trials* trials : {&longer_, &shorter_}) {
    if (trials->rest_left > 0) --trials->rest_left;
  }
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
  received_ = 0;  // was with another length
  longer_ = shorter_ = {};
}

}  // namespace minato

#include "runtime/io/pause_length.h"

namespace minato {
namespace {

// What a longer pause must receive, and a shorter one, in the mean of so many trials, to be taken: at the same rate
// longer ones cost less.
constexpr double kLongerMin = 1;
constexpr double kShorterMin = 1.01;
constexpr int kTrials = 8;

}  // namespace

int PauseLength::Step() const {
  const int step = kSteps[window_];
  const bool at_end = step > 0 ? level_ + 1 == kParts.size() : level_ == 0;
  return at_end ? 0 : step;
}

void PauseLength::WindowEnded(double bytes_per_second) {
  const int step = Step();
  if (step != 0 && received_before_ > 0) Compare(step, bytes_per_second / received_before_);
  received_before_ = bytes_per_second;
  window_ = (window_ + 1) % kSteps.size();
}

void PauseLength::Compare(int step, double received) {
  Trials& trials = step > 0 ? longer_ : shorter_;
  trials.sum += received;
  if (++trials.count < kTrials) return;
  const bool better = trials.sum / kTrials >= (step > 0 ? kLongerMin : kShorterMin);
  trials = {};
  if (!better) return;
  level_ += step;
  longer_ = shorter_ = {};
}

}  // namespace minato

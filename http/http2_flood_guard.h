#pragma once

#include <algorithm>
#include <cstddef>

#include <absl/time/time.h>

#include "http/http2_limits.h"

namespace minato::http {

// An allowance for what costs a client nothing. It renews itself with time and is given back for useful work.
class Http2Allowance {
 public:
  Http2Allowance(size_t max, size_t per_second, absl::Time now)
      : max_(static_cast<double>(max)), per_second_(static_cast<double>(per_second)), left_(max_), seen_(now) {}

  // False: it is overdrawn.
  bool Spend(absl::Time now) {
    left_ -= 1;
    if (left_ >= 0) return true;
    left_ = std::min(max_, left_ + per_second_ * absl::ToDoubleSeconds(now - seen_));
    seen_ = now;
    return left_ >= 0;
  }
  void GiveBack(double amount) { left_ = std::min(max_, left_ + amount); }

 private:
  const double max_;
  const double per_second_;
  double left_;
  absl::Time seen_;  // when it was last renewed
};

// What a client may do to no purpose; see Http2Limits.
struct Http2FloodGuard {
  Http2FloodGuard(const Http2Limits& limits, absl::Time now)
      : resets(limits.resets_max, limits.resets_per_second, now),
        control_frames(limits.control_frames_max, limits.control_frames_per_second, now),
        empty_data_frames(limits.empty_data_frames_max, limits.empty_data_frames_per_second, now) {}

  static constexpr double kControlFramesPerUsefulFrame = 10;

  Http2Allowance resets;
  Http2Allowance control_frames;
  Http2Allowance empty_data_frames;
};

}  // namespace minato::http

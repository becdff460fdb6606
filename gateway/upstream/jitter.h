// Waits that are not the same for everybody.
#pragma once

#include <random>

#include <absl/time/time.h>

namespace minato::gateway {

class Jitter {
 public:
  // Zero, or by chance less than `bound`.
  absl::Duration Below(absl::Duration bound) {
    return bound * std::uniform_real_distribution<double>(0, 1)(random_);
  }

 private:
  std::minstd_rand random_{std::random_device()()};
};

}  // namespace minato::gateway

#include "runtime/clock.h"

#include <chrono>

#include <absl/time/clock.h>

namespace minato {
namespace {

class RealClock final : public Clock {
 public:
  absl::Time Now() const override {
    return started_at_ + absl::FromChrono(std::chrono::steady_clock::now() - started_);
  }

 private:
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  const absl::Time started_at_ = absl::Now();
};

}  // namespace

const Clock& Clock::Real() {
  static const RealClock clock;
  return clock;
}

}  // namespace minato

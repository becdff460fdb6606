// Time as a parameter, so that tests move it themselves.
#pragma once

#include <absl/time/time.h>

namespace minato {

// Thread-safe. Never goes backwards, even when the machine's wall clock is set.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;

  // The machine's clock: wall time when the process started plus what the monotonic clock counted since.
  static const Clock& Real();
};

// A clock that stands still until moved. One thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(absl::Time now = absl::FromUnixSeconds(1'700'000'000)) : now_(now) {}

  absl::Time Now() const override { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

 private:
  absl::Time now_;
};

}  // namespace minato

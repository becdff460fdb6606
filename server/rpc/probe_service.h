// The handlers that the engine's tests call.
#pragma once

#include <latch>

#include "runtime/event.h"
#include "runtime/status.h"

namespace minato::probe {

// Of one test. What a handler saw is written before its latch is counted down and read after.
struct ProbeEnv {
  std::latch waiting{1};    // a handler that was told to wait does
  std::latch stopped{1};    // and was cancelled
  Status stop_reason;
  absl::Time deadline = absl::InfiniteFuture();
  size_t sent = 0;              // messages that "endless" had taken by then
};

}  // namespace minato::probe

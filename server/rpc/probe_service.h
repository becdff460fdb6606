// The handlers that the engine's tests call.
#pragma once

#include <absl/synchronization/notification.h>

#include "runtime/event.h"
#include "runtime/status.h"

namespace minato::probe {

// Of one test. What a handler saw is written before its notification and read after it.
struct ProbeEnv {
  absl::Notification waiting;   // a handler that was told to wait does
  absl::Notification stopped;   // and was cancelled
  Status stop_reason;
  absl::Time deadline = absl::InfiniteFuture();
  size_t sent = 0;              // messages that "endless" had taken by then
};

}  // namespace minato::probe

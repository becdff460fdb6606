// The context of a call that must be done by a time: DEADLINE_EXCEEDED cancels it then.
#pragma once

#include <string_view>

#include "runtime/task.h"
#include "runtime/timer.h"

namespace minato::gateway {

// Belongs to the home of `parent`, which outlives it. What runs in context() ends before it does.
class CallDeadline : private Timer {
 public:
  // InfiniteFuture: no deadline but the parent's.
  CallDeadline(const TaskContext& parent, absl::Time deadline);
  ~CallDeadline();

  const TaskContext& context() const { return context_; }

 private:
  static void OnTimer(Timer& timer);

  CancelSource cancel_;
  TaskContext context_;
};

// The grpc-timeout header (gRPC over HTTP/2, "Timeout"): up to 8 digits and a unit of HMSmun.
StatusOr<absl::Duration> ParseGrpcTimeout(std::string_view value);

}  // namespace minato::gateway

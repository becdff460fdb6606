// A context that ends: what runs in it is cancelled with DEADLINE_EXCEEDED when its time has come.
#pragma once

#include <string>

#include "runtime/task.h"
#include "runtime/timer.h"

namespace minato {

// Belongs to the home of `parent`, which outlives it. What runs in context() ends before it does.
class Deadline : private Timer {
 public:
  // A deadline behind the parent's changes nothing, InfiniteFuture for example.
  Deadline(const TaskContext& parent, absl::Time deadline);
  ~Deadline();

  const TaskContext& context() const { return context_; }

 private:
  static void OnTimer(Timer& timer);

  CancelSource cancel_;
  TaskContext context_;
};

// What `task` returns, a Status or a StatusOr. After `timeout` it is cancelled, with DEADLINE_EXCEEDED as the reason,
// and still awaited.
template <typename T>
Task<T> WithTimeout(absl::Duration timeout, Task<T> task) {
  const TaskContext& context = co_await CurrentContext();
  Deadline deadline(context, context.home->Now() + timeout);
  co_return co_await InContext<T>(deadline.context(), std::move(task));
}

}  // namespace minato

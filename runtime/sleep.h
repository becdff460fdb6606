// co_await Sleep(absl::Milliseconds(20));   OK, or the reason why the task was cancelled meanwhile.
#pragma once

#include "runtime/wait.h"

namespace minato {

class SleepUntil : private Timer, private CancelSubscription {
 public:
  explicit SleepUntil(absl::Time when) : Timer(&OnTimer), CancelSubscription(&OnCancel), when_(when) {}

  bool await_ready() const noexcept { return false; }
  template <TaskPromise P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    suspended_.Set(handle);
    return Begin(handle.promise().context());
  }
  Status await_resume() { return std::move(result_); }

 private:
  bool Begin(const TaskContext& context);
  static void OnTimer(Timer& self);
  static void OnCancel(CancelSubscription& self);

  const absl::Time when_;
  const TaskContext* context_ = nullptr;
  Suspended suspended_;
  Status result_;
};

// Counted from the moment it is awaited.
Task<Status> Sleep(absl::Duration duration);

}  // namespace minato

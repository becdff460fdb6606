#include "runtime/sleep.h"

namespace minato {

bool SleepUntil::Begin(const TaskContext& context) {
  if (context.cancel.cancelled()) {
    result_ = context.cancel.reason();
    return false;
  }
  context_ = &context;
  context.home->timers().Arm(*this, when_);
  Subscribe(context.cancel);
  return true;
}

void SleepUntil::OnTimer(Timer& timer) {
  auto& self = static_cast<SleepUntil&>(timer);
  self.Unsubscribe();
  self.suspended_.Resume();
}

void SleepUntil::OnCancel(CancelSubscription& subscription) {
  auto& self = static_cast<SleepUntil&>(subscription);
  self.context_->home->timers().Disarm(self);
  self.result_ = self.context_->cancel.reason();
  self.suspended_.Resume();
}

Task<Status> Sleep(absl::Duration duration) {
  const TaskContext& context = co_await CurrentContext();
  co_return co_await SleepUntil(context.home->Now() + duration);
}

}  // namespace minato

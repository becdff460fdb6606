#include "gateway/filters/answer_time.h"

#include <algorithm>

namespace minato::gateway {

AnswerTime::AnswerTime(const TaskContext& parent, absl::Duration request_timeout, absl::Duration idle_timeout)
    : Timer(&OnTimer),
      idle_timeout_(idle_timeout),
      cancel_(parent.cancel),
      context_{parent.home, cancel_.token(), parent.deadline},
      request_deadline_(In(request_timeout)) {
  Heard();
}

absl::Time AnswerTime::In(absl::Duration timeout) const {
  return timeout == absl::ZeroDuration() ? absl::InfiniteFuture() : context_.home->Now() + timeout;
}

void AnswerTime::Heard() {
  if (idle_timeout_ == absl::ZeroDuration()) return;
  idle_deadline_ = context_.home->Now() + idle_timeout_;
  if (!armed()) Keep();  // else it is armed for no later: this deadline has only moved away
}

void AnswerTime::LimitStream(absl::Duration max) {
  if (max == absl::InfiniteDuration()) return;
  stream_deadline_ = context_.home->Now() + max;
  Keep();
}

void AnswerTime::RequestComplete(absl::Duration answer_timeout) {
  request_complete_ = true;
  request_deadline_ = absl::InfiniteFuture();
  answer_deadline_ = In(answer_timeout);
  LimitTry();
  Keep();
}

TaskContext AnswerTime::BeginTry(absl::Duration timeout) {
  if (timeout == absl::ZeroDuration()) return context_;
  try_timeout_ = timeout;
  try_cancel_.emplace(cancel_.token());
  LimitTry();
  Keep();
  return {context_.home, try_cancel_->token(), context_.deadline};
}

void AnswerTime::LimitTry() {
  try_timed_out_ = false;
  if (request_complete_ && try_cancel_.has_value()) try_deadline_ = In(try_timeout_);
}

void AnswerTime::Keep() {
  const absl::Time next =
      std::min({request_deadline_, answer_deadline_, idle_deadline_, stream_deadline_, try_deadline_});
  if (next == absl::InfiniteFuture() || (armed() && armed_for_ <= next)) return;
  TimerQueue& timers = context_.home->timers();
  timers.Disarm(*this);
  armed_for_ = next;
  timers.Arm(*this, next);
}

void AnswerTime::OnTimer(Timer& timer) {
  AnswerTime& self = static_cast<AnswerTime&>(timer);
  self.Look(self.context_.home->Now());
}

void AnswerTime::Look(absl::Time now) {
  if (now >= stream_deadline_) {
    passed_ = Passed::kStream;
  } else if (now >= answer_deadline_) {
    passed_ = Passed::kAnswer;
  } else if (now >= request_deadline_) {
    passed_ = Passed::kRequest;
  } else if (now >= idle_deadline_) {
    passed_ = Passed::kSilence;
  }
  if (passed_ != Passed::kNothing) return cancel_.Cancel(DeadlineExceeded("the time for an answer passed"));
  if (now >= try_deadline_) {
    try_deadline_ = absl::InfiniteFuture();
    try_timed_out_ = true;
    try_cancel_->Cancel(DeadlineExceeded("per_try_timeout passed"));
  }
  Keep();
}

}  // namespace minato::gateway

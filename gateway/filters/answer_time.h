// How long a request and its answer may take in the router.
#pragma once

#include <optional>

#include "runtime/task.h"
#include "runtime/timer.h"

namespace minato::gateway {

// Cancels what runs in context(), with DEADLINE_EXCEEDED, when a time has passed: that of the request until it is
// complete (request_timeout), of the answer from then on (the route's timeout), of both (max_stream_duration), or of a
// silence (stream_idle_timeout);
// and an attempt at the answer when it has no head in time (per_try_timeout). Zero durations never pass.
class AnswerTime : private Timer {
 public:
  enum class Passed { kNothing, kRequest, kAnswer, kSilence, kStream };

  // `parent` must outlive it.
  AnswerTime(const TaskContext& parent, absl::Duration request_timeout, absl::Duration idle_timeout);
  // Of both, from now on.
  void LimitStream(absl::Duration max);
  ~AnswerTime() { context_.home->timers().Disarm(*this); }

  const TaskContext& context() const { return context_; }
  Passed passed() const { return passed_; }
  bool request_complete() const { return request_complete_; }

  // Something moved.
  void Heard();
  void RequestComplete(absl::Duration answer_timeout);
  // A new attempt, and the context to wait for its head in. Its time begins when the request is complete.
  TaskContext BeginTry(absl::Duration timeout);
  void EndTry() { try_deadline_ = absl::InfiniteFuture(); }
  bool try_timed_out() const { return try_timed_out_; }
  // Nobody waits for the answer any more.
  void Abandon() { cancel_.Cancel(Aborted("the request could not be sent")); }

 private:
  absl::Time In(absl::Duration timeout) const;
  // The timer stays armed at an early time and looks again when it fires.
  void Keep();
  static void OnTimer(Timer& timer);
  void Look(absl::Time now);
  void LimitTry();

  const absl::Duration idle_timeout_;
  CancelSource cancel_;
  const TaskContext context_;
  absl::Time request_deadline_;
  absl::Time answer_deadline_ = absl::InfiniteFuture();
  absl::Time idle_deadline_ = absl::InfiniteFuture();
  absl::Time stream_deadline_ = absl::InfiniteFuture();
  absl::Time armed_for_;
  Passed passed_ = Passed::kNothing;
  bool request_complete_ = false;

  std::optional<CancelSource> try_cancel_;  // of the attempt under way
  absl::Duration try_timeout_;
  absl::Time try_deadline_ = absl::InfiniteFuture();
  bool try_timed_out_ = false;
};

}  // namespace minato::gateway

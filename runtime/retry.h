// Doing again what may pass, with pauses that grow.
//
//   co_return co_await Retry(policy, random, [&](int attempt) { return feed.Fetch(symbol); });
#pragma once

#include <algorithm>
#include <functional>

#include "runtime/sleep.h"

namespace minato {

struct RetryPolicy {
  int attempts_max = 3;
  absl::Duration first_pause = absl::Milliseconds(100);
  double growth = 2.0;                          // of each pause over the one before
  absl::Duration pause_max = absl::Seconds(10);
  // Each pause is shortened by a random share, up to this one, so that those who failed together do not come back
  // together.
  double jitter = 0.2;
  // Which failures are worth another attempt.
  std::function<bool(const Status&)> may_pass = [](const Status& failure) {
    return failure.code() == StatusCode::kUnavailable || failure.code() == StatusCode::kAborted;
  };
  // Told of every failed attempt that was worth another, the last included, before the pause.
  std::function<void(int attempt, const Status& failure)> on_failure = [](int, const Status&) {};
};

// `attempt` (int, from 1) -> Task<Status> or Task<StatusOr<T>>; it outlives the await. `random` yields numbers from
// 0 to 1. Gives what the last attempt gave, or the reason of a cancellation. No attempt is begun whose pause would
// pass the task's deadline.
template <typename Attempt>
auto Retry(RetryPolicy policy, std::function<double()> random, Attempt attempt) -> decltype(attempt(1)) {
  const TaskContext& context = co_await CurrentContext();
  absl::Duration pause = policy.first_pause;
  for (int number = 1;; ++number) {
    auto result = co_await attempt(number);
    if (result.ok()) co_return result;
    Status failure = internal::TakeStatus(std::move(result));
    if (context.cancel.cancelled()) co_return context.cancel.reason();
    if (!policy.may_pass(failure)) co_return failure;
    policy.on_failure(number, failure);
    if (number >= policy.attempts_max) co_return failure;
    const absl::Duration shortened = pause * (1.0 - policy.jitter * random());
    if (context.home->Now() + shortened >= context.deadline) co_return failure;
    CO_TRY(co_await Sleep(shortened));
    pause = std::min(pause * policy.growth, policy.pause_max);
  }
}

}  // namespace minato

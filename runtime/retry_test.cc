#include "runtime/retry.h"

#include <gtest/gtest.h>

#include "runtime/deadline.h"
#include "runtime/manual_executor.h"

namespace minato {
namespace {

double NoJitter() { return 0.0; }

// Fails until attempt `succeeds_at`.
struct Flaky {
  int succeeds_at;
  StatusCode failure = StatusCode::kUnavailable;
  int attempts = 0;

  static Task<StatusOr<int>> Try(Flaky& self, int attempt) {
    self.attempts = attempt;
    if (attempt < self.succeeds_at) co_return Error(self.failure, "attempt {}", attempt);
    co_return attempt;
  }
  Task<StatusOr<int>> operator()(int attempt) { return Try(*this, attempt); }
};

Task<StatusOr<int>> RunRetry(Flaky& flaky, RetryPolicy policy, std::function<double()> random = NoJitter) {
  co_return co_await Retry(policy, random, std::ref(flaky));
}

TEST(Retry, GoesOnUntilAnAttemptSucceedsWithPausesThatGrow) {
  ManualExecutor loop;
  const absl::Time start = loop.Now();
  Flaky flaky{.succeeds_at = 4};
  EXPECT_EQ(*loop.Run(RunRetry(flaky, {.attempts_max = 5, .first_pause = absl::Seconds(1)})), 4);
  EXPECT_EQ(loop.Now() - start, absl::Seconds(1 + 2 + 4));
}

TEST(Retry, GivesTheLastFailureWhenAttemptsRunOut) {
  ManualExecutor loop;
  Flaky flaky{.succeeds_at = 9};
  int told = 0;
  const StatusOr<int> result = loop.Run(
      RunRetry(flaky, {.attempts_max = 3, .on_failure = [&](int attempt, const Status&) { told += attempt; }}));
  EXPECT_EQ(MessageOf(result.status()), "attempt 3");
  EXPECT_EQ(told, 1 + 2 + 3);
}

TEST(Retry, DoesNotRepeatWhatCannotPass) {
  ManualExecutor loop;
  Flaky flaky{.succeeds_at = 9, .failure = StatusCode::kInvalidArgument};
  EXPECT_EQ(loop.Run(RunRetry(flaky, {})).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(flaky.attempts, 1);
}

TEST(Retry, ShortensPausesByTheJitter) {
  ManualExecutor loop;
  const absl::Time start = loop.Now();
  Flaky flaky{.succeeds_at = 2};
  EXPECT_TRUE(loop.Run(RunRetry(flaky, {.first_pause = absl::Seconds(10), .jitter = 0.5}, [] { return 1.0; })).ok());
  EXPECT_EQ(loop.Now() - start, absl::Seconds(5));
}

TEST(Retry, BeginsNoPauseThatWouldPassTheDeadline) {
  ManualExecutor loop;
  const absl::Time start = loop.Now();
  Flaky flaky{.succeeds_at = 9};
  const StatusOr<int> result = loop.Run(WithTimeout(
      absl::Seconds(4), RunRetry(flaky, {.attempts_max = 9, .first_pause = absl::Seconds(1)})));
  EXPECT_EQ(MessageOf(result.status()), "attempt 3");
  EXPECT_EQ(loop.Now() - start, absl::Seconds(1 + 2));
}

}  // namespace
}  // namespace minato

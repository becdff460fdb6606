#include "runtime/scope.h"

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/manual_executor.h"
#include "runtime/sleep.h"

namespace minato {
namespace {

Task<Status> Append(std::vector<std::string>& log, std::string text, absl::Duration after) {
  CO_TRY(co_await Sleep(after));
  log.push_back(text);
  co_return OkStatus();
}

Task<Status> FailAfter(absl::Duration after, Status status) {
  CO_TRY(co_await Sleep(after));
  co_return status;
}

Task<void> Throw() {
  throw std::runtime_error("boom");
  co_return;
}

Task<Status> ThreeChildren(std::vector<std::string>& log) {
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  scope.Spawn(Append(log, "slow", absl::Seconds(2)));
  scope.Spawn(Append(log, "quick", absl::Seconds(1)));
  scope.Spawn(Append(log, "first", absl::ZeroDuration()));
  co_return co_await scope.Join();
}

TEST(Scope, JoinsAllItsChildren) {
  ManualExecutor loop;
  std::vector<std::string> log;
  EXPECT_TRUE(loop.Run(ThreeChildren(log)).ok());
  EXPECT_EQ(log, (std::vector<std::string>{"first", "quick", "slow"}));
}

Task<Status> OneFails(std::vector<std::string>& log) {
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  scope.Spawn(Append(log, "slow", absl::Seconds(2)));
  scope.Spawn(FailAfter(absl::Seconds(1), NotFound("it")));
  co_return co_await scope.Join();
}

TEST(Scope, AFailureCancelsTheOthersAndIsReported) {
  ManualExecutor loop;
  std::vector<std::string> log;
  const absl::Time start = loop.Now();
  EXPECT_EQ(loop.Run(OneFails(log)).code(), StatusCode::kNotFound);
  EXPECT_TRUE(log.empty());
  EXPECT_EQ(loop.Now() - start, absl::Seconds(1));
}

Task<Status> OneThrows() {
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  scope.Spawn(Throw());
  co_return co_await scope.Join();
}

TEST(Scope, AnExceptionBecomesTheFailureOfTheScope) {
  ManualExecutor loop;
  const Status status = loop.Run(OneThrows());
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_EQ(MessageOf(status), "uncaught exception: boom");
}

}  // namespace
}  // namespace minato

#include <memory>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "runtime/manual_executor.h"
#include "runtime/sleep.h"
#include "runtime/when_all.h"
#include "runtime/when_any.h"

namespace minato {
namespace {

template <typename T>
Task<StatusOr<T>> After(absl::Duration delay, T value) {
  CO_TRY(co_await Sleep(delay));
  co_return std::move(value);
}

Task<std::string> ThrowAfter(absl::Duration delay) {
  const Status slept = co_await Sleep(delay);
  throw std::runtime_error("boom");
}

Task<std::string> Text(std::string text) { co_return text; }

Task<std::string> TwoKinds() {
  auto [number, text] = co_await WhenAll(After(absl::Seconds(2), 7), After(absl::Seconds(1), std::string("x")));
  co_return fmt::format("{}{}", *number, *text);
}

TEST(WhenAll, RunsItsTasksAtTheSameTimeAndGivesEveryResult) {
  ManualExecutor loop;
  const absl::Time start = loop.Now();
  EXPECT_EQ(loop.Run(TwoKinds()), "7x");
  EXPECT_EQ(loop.Now() - start, absl::Seconds(2));
}

Task<std::string> ThrowsAmongOthers() {
  auto [a, b] = co_await WhenAll(ThrowAfter(absl::Seconds(1)), Text("fine"));
  co_return a + b;
}

Task<std::string> Caught(Task<std::string> task) {
  try {
    co_return co_await std::move(task);
  } catch (const std::exception& e) {
    co_return e.what();
  }
}

TEST(WhenAll, ThrowsTheExceptionOfATaskOnceAllHaveEnded) {
  ManualExecutor loop;
  EXPECT_EQ(loop.Run(Caught(ThrowsAmongOthers())), "boom");
}

Task<std::vector<int>> Squares(int count) {
  std::vector<Task<StatusOr<int>>> tasks;
  for (int i = 0; i < count; ++i) tasks.push_back(After(absl::Seconds(count - i), i * i));
  std::vector<StatusOr<int>> results = co_await WhenAll(std::move(tasks));
  std::vector<int> squares;
  for (const StatusOr<int>& result : results) squares.push_back(*result);
  co_return squares;
}

TEST(WhenAll, KeepsTheOrderOfAVectorsTasks) {
  ManualExecutor loop;
  EXPECT_EQ(loop.Run(Squares(4)), (std::vector<int>{0, 1, 4, 9}));
  EXPECT_TRUE(loop.Run(Squares(0)).empty());
}

Task<StatusOr<int>> Counted(int& running, absl::Duration delay, int value) {
  ++running;
  const Status slept = co_await Sleep(delay);
  --running;
  CO_TRY(slept);
  co_return value;
}

Task<std::pair<size_t, int>> FirstOfThree(int& running) {
  std::vector<Task<StatusOr<int>>> tasks;
  tasks.push_back(Counted(running, absl::Seconds(3), 30));
  tasks.push_back(Counted(running, absl::Seconds(1), 10));
  tasks.push_back(Counted(running, absl::Seconds(2), 20));
  WhenAnyResult<StatusOr<int>> first = co_await WhenAny(std::move(tasks));
  co_return std::pair<size_t, int>(first.index, *first.value);
}

TEST(WhenAny, GivesTheFirstResultAndLeavesNoTaskRunning) {
  ManualExecutor loop;
  const absl::Time start = loop.Now();
  int running = 0;
  EXPECT_EQ(loop.Run(FirstOfThree(running)), (std::pair<size_t, int>(1, 10)));
  EXPECT_EQ(running, 0);
  EXPECT_EQ(loop.Now() - start, absl::Seconds(1));
}

}  // namespace
}  // namespace minato

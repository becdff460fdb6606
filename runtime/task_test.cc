#include "runtime/task.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "runtime/manual_executor.h"
#include "runtime/sleep.h"

namespace minato {
namespace {

Task<int> Number(int n) { co_return n; }

Task<int> Fails() {
  throw std::runtime_error("boom");
  co_return 0;
}

Task<std::string> CatchIt() {
  try {
    const int n = co_await Fails();
    co_return std::to_string(n);
  } catch (const std::exception& e) {
    co_return e.what();
  }
}

TEST(Task, AnExceptionTravelsToTheAwaiter) {
  ManualExecutor loop;
  EXPECT_EQ(loop.Run(CatchIt()), "boom");
}

Task<std::unique_ptr<int>> Unique() { co_return std::make_unique<int>(7); }

Task<int> TakeUnique() {
  std::unique_ptr<int> value = co_await Unique();
  co_return *value;
}

TEST(Task, CarriesResultsThatCanOnlyBeMoved) {
  ManualExecutor loop;
  EXPECT_EQ(loop.Run(TakeUnique()), 7);
}

Task<std::unique_ptr<int>> UniqueAtOnce() { return std::make_unique<int>(7); }

Task<StatusOr<int>> HalfOf(int number) {
  if (number % 2 == 0) return number / 2;
  return InvalidArgument("{} is odd", number);
}

Task<StatusOr<std::optional<int>>> NothingAtOnce() { return std::nullopt; }

Task<StatusOr<int>> QuarterOf(int number) {
  CO_TRY(const int half, co_await HalfOf(number));
  co_return co_await HalfOf(half);
}

Task<int> TakeUniqueAtOnce() {
  const TaskContext& context = co_await CurrentContext();
  std::unique_ptr<int> value = co_await InContext<std::unique_ptr<int>>(context, UniqueAtOnce());
  co_return *value + *co_await UniqueAtOnce();
}

TEST(Task, MayBeDoneWithoutACoroutine) {
  ManualExecutor loop;
  EXPECT_EQ(*loop.Run(UniqueAtOnce()), 7);
  EXPECT_EQ(loop.Run(NothingAtOnce()).value(), std::nullopt);
  EXPECT_EQ(loop.Run(TakeUniqueAtOnce()), 14);
  EXPECT_EQ(loop.Run(QuarterOf(12)).value(), 3);
  EXPECT_EQ(loop.Run(QuarterOf(6)).status().message(), "3 is odd");
}

Task<int> SumOf(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    const int one = co_await Number(1);
    sum += one;
  }
  co_return sum;
}

TEST(Task, AMillionAwaitsInALoopNeedNoStack) {
  ManualExecutor loop;
  EXPECT_EQ(loop.Run(SumOf(1'000'000)), 1'000'000);
}

Task<int> Nested(int depth) {
  if (depth == 0) co_return 0;
  const int below = co_await Nested(depth - 1);
  co_return below + 1;
}

TEST(Task, AHundredThousandLevelsComeBackWithoutAStack) {
  ManualExecutor loop;
  EXPECT_EQ(loop.Run(Nested(100'000)), 100'000);
}

Task<void> NeverAwaited(std::shared_ptr<int> held) {
  *held = 1;
  co_return;
}

TEST(Task, OneThatIsNotAwaitedNeverRunsAndLetsGoOfItsParameters) {
  auto held = std::make_shared<int>(0);
  {
    const Task<void> task = NeverAwaited(held);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(*held, 0);
  EXPECT_EQ(held.use_count(), 1);
}

// What Debian's GCC 12 miscompiles (docs/decisions): each of these destroys something twice there.
struct Counted {
  explicit Counted(int& alive) : alive(&alive) { ++alive; }
  Counted(const Counted& other) : alive(other.alive) { ++*alive; }
  ~Counted() { --*alive; }
  int* alive;
};

struct Aggregate {
  Counted first;
  Counted second;
};

Task<bool> Take(Aggregate aggregate) {
  const Status slept = co_await Sleep(absl::Seconds(1));
  co_return *aggregate.first.alive > 0 && slept.ok();
}

Task<bool> AwaitInACondition(int& alive) {
  Counted counted(alive);
  if (co_await Take(Aggregate{Counted(alive), Counted(alive)})) co_return true;
  co_return false;
}

TEST(CompilerTraps, AnAwaitInAConditionBesideAnAggregateDestroysEachThingOnce) {
  ManualExecutor loop;
  int alive = 0;
  EXPECT_TRUE(loop.Run(AwaitInACondition(alive)));
  EXPECT_EQ(alive, 0);
}

template <typename F>
Task<int> CallAfterAwait(F function) {
  const Status slept = co_await Sleep(absl::Seconds(1));
  co_return slept.ok() ? function() : -1;
}

Task<int> LambdaBesideAnAwait(int& alive) {
  const Counted counted(alive);
  const int value = co_await CallAfterAwait([counted, held = std::make_unique<int>(5)] { return *held; });
  co_return value;
}

TEST(CompilerTraps, ACapturingLambdaBesideAnAwaitIsDestroyedOnce) {
  ManualExecutor loop;
  int alive = 0;
  EXPECT_EQ(loop.Run(LambdaBesideAnAwait(alive)), 5);
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace minato

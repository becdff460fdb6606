// Semaphore, Channel, Gate and Event.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/channel.h"
#include "runtime/deadline.h"
#include "runtime/gate.h"
#include "runtime/manual_executor.h"
#include "runtime/semaphore.h"
#include "runtime/sleep.h"

namespace minato {
namespace {

struct Visits {
  Semaphore semaphore{2};
  int inside = 0;
  int inside_max = 0;
  std::vector<int> order;
};

Task<Status> Visit(Visits& shared, int number) {
  CO_TRY(Semaphore::Permit permit, co_await shared.semaphore.Acquire());
  shared.order.push_back(number);
  shared.inside_max = std::max(shared.inside_max, ++shared.inside);
  const Status slept = co_await Sleep(absl::Seconds(1));
  --shared.inside;
  co_return slept;
}

Task<Status> VisitByFive(Visits& shared) {
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  for (int i = 0; i < 5; ++i) scope.Spawn(Visit(shared, i));
  co_return co_await scope.Join();
}

TEST(Semaphore, BoundsThoseInsideAndServesTheOthersInOrder) {
  ManualExecutor loop;
  Visits shared;
  EXPECT_TRUE(loop.Run(VisitByFive(shared)).ok());
  EXPECT_EQ(shared.inside_max, 2);
  EXPECT_EQ(shared.order, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(shared.semaphore.free(), 2u);
}

Task<Status> HoldAll(Semaphore& semaphore) {
  CO_TRY(Semaphore::Permit permit, co_await semaphore.Acquire());
  const Status slept = co_await Sleep(absl::Seconds(10));
  co_return OkStatus();
}

Task<Status> AcquireOnly(Semaphore& semaphore) {
  CO_TRY(Semaphore::Permit permit, co_await semaphore.Acquire());
  co_return OkStatus();
}

Task<Status> CancelledInLine(Semaphore& semaphore) {
  const TaskContext& context = co_await CurrentContext();
  Scope holding(context);
  holding.Spawn(HoldAll(semaphore));
  const Status waited = co_await WithTimeout(absl::Seconds(1), AcquireOnly(semaphore));
  CO_TRY(co_await holding.Join());
  co_return waited;
}

TEST(Semaphore, ACancelledWaiterTakesNoPermit) {
  ManualExecutor loop;
  Semaphore semaphore(1);
  EXPECT_EQ(loop.Run(CancelledInLine(semaphore)).code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(semaphore.free(), 1u);
}

// The permit is granted and the waiter cancelled in the same turn of the loop: the permit is not lost.
Task<Status> GrantedThenCancelled(Semaphore& semaphore) {
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  {
    CO_TRY(Semaphore::Permit permit, co_await semaphore.Acquire());
    scope.Spawn(AcquireOnly(semaphore));
  }
  scope.Cancel(Cancelled("too late"));
  co_return co_await scope.Join();
}

TEST(Semaphore, APermitGrantedBeforeTheCancellationComesBack) {
  ManualExecutor loop;
  Semaphore semaphore(1);
  EXPECT_TRUE(loop.Run(GrantedThenCancelled(semaphore)).ok());
  EXPECT_EQ(semaphore.free(), 1u);
}

Task<Status> Produce(Channel<int>& channel, int count, int& sent) {
  for (int i = 0; i < count; ++i) {
    CO_TRY(co_await channel.Send(i));
    sent = i + 1;
  }
  channel.Close();
  co_return OkStatus();
}

Task<Status> Consume(Channel<int>& channel, std::vector<int>& got, absl::Duration pause) {
  for (;;) {
    std::optional<int> item = co_await channel.Receive();
    if (!item.has_value()) co_return OkStatus();
    got.push_back(*item);
    CO_TRY(co_await Sleep(pause));
  }
}

Task<Status> ProduceAndConsume(Channel<int>& channel, std::vector<int>& got) {
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  int sent = 0;
  scope.Spawn(Produce(channel, 10, sent));
  EXPECT_EQ(sent, 3);  // as many as fit
  scope.Spawn(Consume(channel, got, absl::Seconds(1)));
  co_return co_await scope.Join();
}

TEST(Channel, HoldsNoMoreThanItsBoundAndKeepsTheOrder) {
  ManualExecutor loop;
  Channel<int> channel(3);
  std::vector<int> got;
  EXPECT_TRUE(loop.Run(ProduceAndConsume(channel, got)).ok());
  EXPECT_EQ(got, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

Task<Status> SendAfterClose(Channel<int>& channel) {
  channel.Close();
  co_return co_await channel.Send(1);
}

TEST(Channel, RefusesWhatComesAfterItsClose) {
  ManualExecutor loop;
  Channel<int> channel(1);
  EXPECT_EQ(loop.Run(SendAfterClose(channel)).code(), StatusCode::kUnavailable);
}

Task<Status> TwoReceiversOneCancelled(Channel<int>& channel, std::vector<int>& got) {
  const TaskContext& context = co_await CurrentContext();
  Scope leaving(context);
  Scope staying(context);
  std::vector<int> lost;
  leaving.Spawn(Consume(channel, lost, absl::ZeroDuration()));
  staying.Spawn(Consume(channel, got, absl::ZeroDuration()));
  EXPECT_TRUE(channel.TrySend(1));
  EXPECT_TRUE(channel.TrySend(2));
  leaving.Cancel(Cancelled("leaves"));
  const Status left = co_await leaving.Join();
  CO_TRY(co_await Sleep(absl::Seconds(1)));
  channel.Close();
  CO_TRY(co_await staying.Join());
  EXPECT_EQ(lost.size() + got.size(), 2u);
  co_return OkStatus();
}

TEST(Channel, NothingIsLostWhenAReceiverIsCancelled) {
  ManualExecutor loop;
  Channel<int> channel(4);
  std::vector<int> got;
  EXPECT_TRUE(loop.Run(TwoReceiversOneCancelled(channel, got)).ok());
}

Task<Status> Inside(Gate& gate, absl::Duration time) {
  CO_TRY(Gate::Pass pass, gate.Enter());
  co_return co_await Sleep(time);
}

Task<absl::Duration> CloseWithTwoInside(Gate& gate) {
  const TaskContext& context = co_await CurrentContext();
  const absl::Time start = context.home->Now();
  Scope scope(context);
  scope.Spawn(Inside(gate, absl::Seconds(1)));
  scope.Spawn(Inside(gate, absl::Seconds(3)));
  const Status closed = co_await gate.Close();
  const absl::Duration took = context.home->Now() - start;
  EXPECT_TRUE(closed.ok());
  EXPECT_EQ(gate.Enter().status().code(), StatusCode::kUnavailable);
  const Status joined = co_await scope.Join();
  co_return took;
}

TEST(Gate, RefusesNewWorkAndWaitsForTheOld) {
  ManualExecutor loop;
  Gate gate;
  EXPECT_EQ(loop.Run(CloseWithTwoInside(gate)), absl::Seconds(3));
}

Task<Status> WaitFor(Event& event) { co_return co_await event.Wait(); }

Task<Status> CancelledWait(Event& event) {
  co_return co_await WithTimeout(absl::Seconds(1), WaitFor(event));
}

TEST(Event, EndsAWaitByItsCancellationToo) {
  ManualExecutor loop;
  Event event;
  EXPECT_EQ(loop.Run(CancelledWait(event)).code(), StatusCode::kDeadlineExceeded);
  event.Set();
  EXPECT_TRUE(loop.Run(WaitFor(event)).ok());
}

}  // namespace
}  // namespace minato

// Several tasks at once, the first of whose results is wanted.
//
//   WhenAnyResult<StatusOr<Page>> first = co_await WhenAny(std::move(mirrors));     first.index says which
//
// The others are cancelled and awaited: when WhenAny is done, none of them runs any more.
#pragma once

#include <utility>
#include <vector>

#include "runtime/when_all.h"

namespace minato {

template <typename T>
struct WhenAnyResult {
  size_t index;
  T value;
};

namespace internal {

template <typename T>
Task<void> RunAndCancelOthers(Task<T> task, Outcome<T>& outcome, size_t index, std::optional<size_t>& first,
                              CancelSource& others) {
  co_await RunInto(std::move(task), outcome);
  if (first.has_value()) co_return;
  first = index;
  others.Cancel(Cancelled("another task was first"));
}

}  // namespace internal

// CHECKs that there is a task. Rethrows the exception of the first if it ended in one.
template <typename T>
Task<WhenAnyResult<T>> WhenAny(std::vector<Task<T>> tasks) {
  CHECK(!tasks.empty(), "the first of none");
  const TaskContext& context = co_await CurrentContext();
  CancelSource others(context.cancel);
  const TaskContext racing{context.home, others.token(), context.deadline};
  std::vector<internal::Outcome<T>> outcomes(tasks.size());
  std::optional<size_t> first;
  Scope scope(racing);
  for (size_t i = 0; i < tasks.size(); ++i) {
    scope.Spawn(internal::RunAndCancelOthers(std::move(tasks[i]), outcomes[i], i, first, others));
  }
  const Status joined = co_await scope.Join();
  co_return WhenAnyResult<T>{*first, outcomes[*first].Take()};
}

}  // namespace minato

// Several tasks at once, all of whose results are wanted.
//
//   auto [user, quote] = co_await WhenAll(FindUser(id), FetchQuote(symbol));
//   std::vector<StatusOr<Page>> pages = co_await WhenAll(std::move(fetches));
//
// They run at the awaiter's home and in its context: nothing cancels the others when one fails. Where it should,
// use a Scope. The first exception, in order of the arguments, is thrown once all have ended.
#pragma once

#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "runtime/scope.h"

namespace minato {
namespace internal {

template <typename T>
struct Outcome {
  std::optional<T> value;
  std::exception_ptr exception;

  T Take() {
    if (exception) std::rethrow_exception(exception);
    return *std::move(value);
  }
};

template <typename T>
Task<void> RunInto(Task<T> task, Outcome<T>& outcome) {
  try {
    outcome.value.emplace(co_await std::move(task));
  } catch (...) {
    outcome.exception = std::current_exception();
  }
}

}  // namespace internal

template <typename... Ts>
Task<std::tuple<Ts...>> WhenAll(Task<Ts>... tasks) {
  const TaskContext& context = co_await CurrentContext();
  std::tuple<internal::Outcome<Ts>...> outcomes;
  Scope scope(context);
  [&]<size_t... I>(std::index_sequence<I...>) {
    (scope.Spawn(internal::RunInto(std::move(tasks), std::get<I>(outcomes))), ...);
  }(std::index_sequence_for<Ts...>());
  const Status joined = co_await scope.Join();
  co_return std::apply([](auto&... outcome) { return std::tuple<Ts...>{outcome.Take()...}; }, outcomes);
}

template <typename T>
Task<std::vector<T>> WhenAll(std::vector<Task<T>> tasks) {
  const TaskContext& context = co_await CurrentContext();
  std::vector<internal::Outcome<T>> outcomes(tasks.size());
  Scope scope(context);
  for (size_t i = 0; i < tasks.size(); ++i) {
    scope.Spawn(internal::RunInto(std::move(tasks[i]), outcomes[i]));
  }
  const Status joined = co_await scope.Join();
  std::vector<T> values;
  values.reserve(outcomes.size());
  for (internal::Outcome<T>& outcome : outcomes) values.push_back(outcome.Take());
  co_return values;
}

}  // namespace minato

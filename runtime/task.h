// Task<T>: a coroutine that starts when it is awaited and hands its result to whoever awaited it.
//
//   Task<StatusOr<Quote>> Fetch(Feed& feed, Symbol symbol) {
//     CO_TRY(std::string body, co_await feed.Get(symbol));
//     co_return ParseQuote(body);
//   }
//
// A task runs in the context of its awaiter: the executor it calls home, the token that cancels it and
// its deadline are inherited down the chain of awaits and never passed by hand. Every await comes back
// on the home executor's thread. Roots are started by a Scope, which joins what it started.
//
// A function that finds nothing to wait for need not be a coroutine: it returns its result, and the task is done
// (which saves the frame). What it does it then does when it is called, not when it is awaited:
//
//   Task<Status> Send(std::string_view piece) {
//     if (!HasRoom()) return SendWhenRoom(piece);  // a coroutine
//     Append(piece);
//     return OkStatus();
//   }
//
// What bites:
//   - a task that is never awaited never runs ([[nodiscard]] says so);
//   - its parameters live in its frame: take by value what must be kept, by reference only what outlives
//     the await. A lambda that captures must not be a coroutine: the captures die with the lambda;
//   - a suspended task must not be destroyed. Cancel it and await it: that is what Scope is for.
// An exception travels to the awaiter, and from a root to its Scope.
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "runtime/cancel.h"
#include "runtime/check.h"
#include "runtime/executor.h"

namespace minato {

// Where and for how long a task runs. Owned by whoever started the root; outlives its tasks.
struct TaskContext {
  Executor* home = nullptr;
  CancelToken cancel;
  // What is started below should be done by then. Keeping to it is the business of whoever sets it
  // (WithTimeout, a server's call): it cancels with DEADLINE_EXCEEDED.
  absl::Time deadline = absl::InfiniteFuture();
};

namespace internal {

class PromiseBase {
 public:
  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      return self.promise().continuation_;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception_ = std::current_exception(); }

  const TaskContext& context() const { return *context_; }
  void Start(const TaskContext& context, std::coroutine_handle<> continuation) {
    context_ = &context;
    continuation_ = continuation;
  }

 protected:
  void RethrowIfFailed() {
    if (exception_) [[unlikely]] std::rethrow_exception(std::move(exception_));
  }

 private:
  const TaskContext* context_ = nullptr;
  std::coroutine_handle<> continuation_;
  std::exception_ptr exception_;
};

template <typename T>
class Promise final : public PromiseBase {
 public:
  std::coroutine_handle<Promise> get_return_object() {
    return std::coroutine_handle<Promise>::from_promise(*this);
  }
  template <typename U>
    requires std::convertible_to<U&&, T>
  void return_value(U&& value) {
    result_.emplace(std::forward<U>(value));
  }
  T Take() {
    RethrowIfFailed();
    return *std::move(result_);
  }

 private:
  std::optional<T> result_;
};

template <>
class Promise<void> final : public PromiseBase {
 public:
  std::coroutine_handle<Promise> get_return_object() {
    return std::coroutine_handle<Promise>::from_promise(*this);
  }
  void return_void() const noexcept {}
  void Take() { RethrowIfFailed(); }
};

}  // namespace internal

// What a leaf awaitable may ask of the coroutine that awaits it.
template <typename P>
concept TaskPromise = requires(P& promise) {
  { promise.context() } -> std::convertible_to<const TaskContext&>;
};

template <typename T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = internal::Promise<T>;
  using value_type = T;

  Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}  // from get_return_object
  // Done.
  template <typename U>
    requires(!std::is_void_v<T> && std::convertible_to<U &&, T> && !std::same_as<std::remove_cvref_t<U>, Task>)
  Task(U&& result) : result_(std::in_place, std::forward<U>(result)) {}
  Task(Task&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)), result_(std::move(other.result_)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(result_, other.result_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // Once, from a task: `co_await std::move(task)` or `co_await Function(...)`.
  class Awaiter;
  Awaiter operator co_await() &&;

 private:
  struct None {
    bool has_value() const { return false; }
  };
  using Result = std::conditional_t<std::is_void_v<T>, None, std::optional<T>>;

  std::coroutine_handle<promise_type> handle_;
  [[no_unique_address]] Result result_;  // of a task that was done at once, which has no handle
};

template <typename T>
class Task<T>::Awaiter {
 public:
  explicit Awaiter(Task task) : task_(std::move(task)) {}

  bool await_ready() const noexcept { return task_.result_.has_value(); }
  template <TaskPromise Parent>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Parent> parent) {
    return Start(parent.promise().context(), parent);
  }
  T await_resume() {
    if constexpr (!std::is_void_v<T>) {
      if (task_.result_.has_value()) return *std::move(task_.result_);
    }
    // The frame, and with it everything the task still holds, goes before the awaiter goes on.
    Task done = std::move(task_);
    return done.handle_.promise().Take();
  }

  std::coroutine_handle<> Start(const TaskContext& context, std::coroutine_handle<> parent) {
    task_.handle_.promise().Start(context, parent);
    return task_.handle_;
  }

 private:
  Task task_;
};

template <typename T>
typename Task<T>::Awaiter Task<T>::operator co_await() && {
  CHECK(handle_ != nullptr || result_.has_value(), "a task is awaited once");
  return Awaiter(std::move(*this));
}

// The context of the coroutine that awaits it:
//   const TaskContext& context = co_await CurrentContext();
// The reference holds as long as the task.
class CurrentContext {
 public:
  bool await_ready() const noexcept { return false; }
  template <TaskPromise P>
  bool await_suspend(std::coroutine_handle<P> handle) noexcept {
    context_ = &handle.promise().context();
    return false;
  }
  const TaskContext& await_resume() const noexcept { return *context_; }

 private:
  const TaskContext* context_ = nullptr;
};

// Awaited with a context of its own instead of its awaiter's; `context` must outlive it and have the same
// home. The tool with which WithTimeout and WhenAny are made.
template <typename T>
class InContext {
 public:
  InContext(const TaskContext& context, Task<T> task)
      : context_(context), task_(std::move(task).operator co_await()) {}

  bool await_ready() const noexcept { return task_.await_ready(); }
  template <TaskPromise Parent>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Parent> parent) {
    return task_.Start(context_, parent);
  }
  T await_resume() { return task_.await_resume(); }

 private:
  const TaskContext& context_;
  typename Task<T>::Awaiter task_;
};

}  // namespace minato

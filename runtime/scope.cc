#include "runtime/scope.h"

#include "runtime/exception.h"
#include "runtime/root.h"

namespace minato {

Scope::Scope(const TaskContext& parent)
    : cancel_(parent.cancel), context_{parent.home, cancel_.token(), parent.deadline} {}

Scope::Scope(Executor& home) : context_{.home = &home, .cancel = cancel_.token()} {}

Scope::~Scope() { CHECK(size_ == 0, "a scope ended before {} of its children", size_); }

Root Scope::Run(const TaskContext&, Scope& scope, Task<Status> task) {
  Status status;
  try {
    status = co_await std::move(task);
  } catch (...) {
    status = StatusOfException();
  }
  scope.Ended(std::move(status));
}

Root Scope::Run(const TaskContext&, Scope& scope, Task<void> task) {
  Status status;
  try {
    co_await std::move(task);
  } catch (...) {
    status = StatusOfException();
  }
  scope.Ended(std::move(status));
}

void Scope::Spawn(Task<Status> task) {
  ++size_;
  Run(context_, *this, std::move(task));
}

void Scope::Spawn(Task<void> task) {
  ++size_;
  Run(context_, *this, std::move(task));
}

void Scope::Ended(Status status) {
  // A child that reports the scope's own cancellation has not failed by itself.
  if (!status.ok() && first_failure_.ok() && !cancel_.cancelled()) {
    first_failure_ = status;
    cancel_.Cancel(std::move(status));
  }
  if (--size_ == 0 && joining_) joiner_.Resume();
}

Task<Status> Scope::Join() {
  struct Awaiter {
    Scope& scope;
    bool await_ready() const noexcept { return scope.size_ == 0; }
    void await_suspend(std::coroutine_handle<internal::Promise<Status>> handle) {
      CHECK(!scope.joining_, "a scope is joined by one task");
      scope.joining_ = true;
      scope.joiner_.Set(handle);
    }
    void await_resume() { scope.joining_ = false; }
  };
  co_await Awaiter{*this};
  co_return first_failure_;
}

}  // namespace minato

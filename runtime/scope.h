// Structured concurrency: a Scope owns the tasks it spawned and ends only after them.
//
//   Scope scope(co_await CurrentContext());
//   scope.Spawn(ReadAll(reader, queue));
//   scope.Spawn(WriteAll(writer, queue));
//   co_return co_await scope.Join();
//
// A child that fails (a Status that is not OK, or an exception, which becomes INTERNAL) cancels the others;
// Join reports the first failure. Belongs to one executor.
#pragma once

#include "runtime/event.h"
#include "runtime/task.h"

namespace minato {

struct Root;

class Scope {
 public:
  // Children inherit `parent`: its home, its deadline, and its cancellation. `parent` must outlive the scope.
  explicit Scope(const TaskContext& parent);
  // For owners that are no coroutine: children run at home on `home`, without a deadline.
  explicit Scope(Executor& home);
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope();  // CHECKs that every child has ended: await Join on every path

  // Starts `task` here and now, up to its first suspension. On the home executor's thread only.
  void Spawn(Task<Status> task);
  void Spawn(Task<void> task);

  // Asks all children, present and future, to stop. Join still waits for them.
  void Cancel(Status reason) { cancel_.Cancel(std::move(reason)); }

  // Waits, even when the waiting task is cancelled (its children are, too), until no child is left.
  // The first failure among the children; a cancellation of the scope itself is not a failure.
  Task<Status> Join();

  size_t size() const { return size_; }  // children that have not ended
  const TaskContext& context() const { return context_; }

 private:
  static Root Run(const TaskContext& context, Scope& scope, Task<Status> task);
  static Root Run(const TaskContext& context, Scope& scope, Task<void> task);
  void Ended(Status status);

  CancelSource cancel_;
  TaskContext context_;
  size_t size_ = 0;
  Status first_failure_;
  Suspended joiner_;
  bool joining_ = false;
};

}  // namespace minato

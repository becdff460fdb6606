// A task on another executor, where the state it needs is at home.
//
//   CO_TRY(Quote quote, co_await RunOn(feed.home(), feed.Next()));
//
// Its result comes home with the awaiter, and so does its exception. The awaiter's deadline holds there, and its
// cancellation is carried across: the task is asked to stop, and its result still awaited. Costs two posts.
#pragma once

#include <utility>

#include "runtime/root.h"
#include "runtime/when_all.h"

namespace minato {

template <typename T>
class [[nodiscard]] RunOn : private CancelSubscription {
 public:
  // `there` outlives the task. The task's parameters are used on its thread.
  RunOn(Executor& there, Task<T> task)
      : CancelSubscription(&OnCancel), there_(there), task_(std::move(task)) {}

  bool await_ready() const { return false; }
  template <TaskPromise P>
  void await_suspend(std::coroutine_handle<P> handle) {
    const TaskContext& context = handle.promise().context();
    handle_ = handle;
    home_ = context.home;
    cancel_ = context.cancel;
    context_there_ = {&there_, cancel_there_.token(), context.deadline};
    reason_at_start_ = cancel_.reason();
    if (reason_at_start_.ok()) Subscribe(cancel_);
    there_.Post(begin_);
  }
  T await_resume() { return outcome_.Take(); }

 private:
  // A step of the way, posted to one executor or the other.
  struct Step : Work {
    using Action = void (RunOn::*)();
    Step(RunOn& self, Action action) : Work(&OnRun), self(self), action(action) {}
    static void OnRun(Work& work) {
      auto& step = static_cast<Step&>(work);
      (step.self.*step.action)();
    }
    RunOn& self;
    const Action action;
  };

  // What the task runs under there.
  static Root Run(const TaskContext&, RunOn& self) {
    co_await internal::RunInto(std::move(self.task_), self.outcome_);
    self.home_->Post(self.done_);  // last: at home it may all end before this returns
  }

  // There.
  void Begin() {
    if (!reason_at_start_.ok()) cancel_there_.Cancel(reason_at_start_);
    Run(context_there_, *this);
  }
  void CancelThere() {
    cancel_there_.Cancel(reason_);
    home_->Post(cancelled_);
  }

  // At home. What is under way there still needs this object, so both answers are waited for.
  static void OnCancel(CancelSubscription& subscription) {
    auto& self = static_cast<RunOn&>(subscription);
    self.reason_ = self.cancel_.reason();
    self.cancel_under_way_ = true;
    self.there_.Post(self.cancel_step_);
  }
  void Done() {
    Unsubscribe();
    is_done_ = true;
    ResumeIfOver();
  }
  void Cancelled() {
    cancel_under_way_ = false;
    ResumeIfOver();
  }
  void ResumeIfOver() {
    if (is_done_ && !cancel_under_way_) handle_.resume();
  }

  Executor& there_;
  Task<T> task_;
  internal::Outcome<T> outcome_;
  CancelSource cancel_there_;
  TaskContext context_there_;
  Status reason_at_start_;

  std::coroutine_handle<> handle_;
  Executor* home_ = nullptr;
  CancelToken cancel_;
  Status reason_;  // written at home before cancel_step_ is posted
  bool cancel_under_way_ = false;
  bool is_done_ = false;

  Step begin_{*this, &RunOn::Begin};
  Step cancel_step_{*this, &RunOn::CancelThere};
  Step done_{*this, &RunOn::Done};
  Step cancelled_{*this, &RunOn::Cancelled};
};

}  // namespace minato

// What a leaf awaitable leaves behind when it suspends a coroutine. Timers, events, semaphores, channels
// and the adapters to completion queues and Asio are all made of these.
#pragma once

#include <coroutine>

#include "runtime/task.h"

namespace minato {

// A suspended coroutine and its way home.
class Suspended : private Work {
 public:
  Suspended() : Work(&Run) {}

  template <TaskPromise P>
  void Set(std::coroutine_handle<P> handle) {
    handle_ = handle;
    home_ = handle.promise().context().home;
  }

  // Resumes the coroutine from its home's loop, never inside this call. Any thread; once.
  void Resume() { home_->Post(*this); }

 private:
  static void Run(Work& work) { static_cast<Suspended&>(work).handle_.resume(); }

  std::coroutine_handle<> handle_;
  Executor* home_ = nullptr;
};

// A queue of coroutines that wait for the same thing on one executor, first come first served. Each
// leaves the queue once: granted, or cancelled with its task's reason.
class WaitList {
 public:
  class Waiter;

  WaitList() = default;
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;
  ~WaitList() { CHECK(empty(), "something ended while coroutines waited for it"); }

  bool empty() const { return head_ == nullptr; }

  // Resumes the first waiter with `result`, and returns it: what is handed over is written to the waiter
  // before it runs. nullptr when nobody waits.
  Waiter* GrantFirst(Status result = OkStatus());
  void GrantAll(const Status& result = OkStatus());

 private:
  friend class Waiter;
  void Append(Waiter& waiter);
  void Remove(Waiter& waiter);

  Waiter* head_ = nullptr;
  Waiter* tail_ = nullptr;
};

// Awaited by a task: suspends it in `list` until granted. Derive to carry what is handed over.
// Yields the result given by the grant, or the reason of the cancellation.
class WaitList::Waiter : private CancelSubscription {
 public:
  explicit Waiter(WaitList& list) : CancelSubscription(&OnCancel), list_(list) {}

  bool await_ready() const noexcept { return false; }
  template <TaskPromise P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    const CancelToken cancel = handle.promise().context().cancel;
    if (cancel.cancelled()) [[unlikely]] {
      result_ = cancel.reason();
      return false;
    }
    cancel_ = cancel;
    suspended_.Set(handle);
    list_.Append(*this);
    Subscribe(cancel);
    return true;
  }
  Status await_resume() { return std::move(result_); }

 private:
  friend class WaitList;
  static void OnCancel(CancelSubscription& self);
  void Leave(Status result);

  WaitList& list_;
  CancelToken cancel_;
  Suspended suspended_;
  Status result_;
  Waiter* previous_ = nullptr;
  Waiter* next_ = nullptr;
};

}  // namespace minato

// A flag that coroutines wait for. Belongs to one executor; must outlive its waiters.
#pragma once

#include "runtime/wait.h"

namespace minato {

class Event {
 public:
  bool is_set() const { return set_; }

  // Resumes everybody who waits. Stays set until Reset.
  void Set() {
    set_ = true;
    waiters_.GrantAll();
  }
  void Reset() { set_ = false; }

  // OK once set (at once if it is), or the reason why the waiting task was cancelled.
  auto Wait() {
    struct Awaiter : WaitList::Waiter {
      explicit Awaiter(Event& event) : Waiter(event.waiters_), set(event.set_) {}
      bool await_ready() const noexcept { return set; }
      const bool set;
    };
    return Awaiter(*this);
  }

 private:
  bool set_ = false;
  WaitList waiters_;
};

}  // namespace minato

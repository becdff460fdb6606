// Bounds how many coroutines do one thing at a time; the others wait in order of arrival.
// Belongs to one executor. Must outlive its permits and waiters.
#pragma once

#include <utility>

#include "runtime/wait.h"

namespace minato {

class Semaphore {
 public:
  explicit Semaphore(size_t permits) : free_(permits) {}

  // Dropping it returns it, on every path.
  class [[nodiscard]] Permit {
   public:
    Permit(Permit&& other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(semaphore_, other.semaphore_);
      return *this;
    }
    ~Permit() {
      if (semaphore_ != nullptr) semaphore_->Return();
    }

   private:
    friend class Semaphore;
    explicit Permit(Semaphore& semaphore) : semaphore_(&semaphore) {}
    Semaphore* semaphore_;
  };

  // The reason of the cancellation if the task is cancelled first; no permit is taken then.
  //   CO_TRY(Semaphore::Permit permit, co_await semaphore.Acquire());
  Task<StatusOr<Permit>> Acquire() {
    if (free_ > 0 && waiters_.empty()) {
      --free_;
      co_return Permit(*this);
    }
    WaitList::Waiter granted(waiters_);
    CO_TRY(co_await granted);
    co_return Permit(*this);
  }

  size_t free() const { return free_; }

 private:
  // A waiter that is granted owns the permit from here on: a later cancellation finds it out of the list.
  void Return() {
    if (waiters_.GrantFirst() == nullptr) ++free_;
  }

  size_t free_;
  WaitList waiters_;
};

}  // namespace minato

// Counts what is under way, so that an end can wait for it: new work is refused once the gate closes.
// Belongs to one executor.
//
//   CO_TRY(Gate::Pass pass, gate.Enter());
//   ...
//   co_await gate.Close();          nobody is inside any more
#pragma once

#include <utility>

#include "runtime/event.h"

namespace minato {

class Gate {
 public:
  class [[nodiscard]] Pass {
   public:
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->Leave();
    }

   private:
    friend class Gate;
    explicit Pass(Gate& gate) : gate_(&gate) {}
    Gate* gate_;
  };

  ~Gate() { CHECK(inside_ == 0, "a gate ended with {} inside", inside_); }

  // UNAVAILABLE once Close was called.
  StatusOr<Pass> Enter() {
    if (closed_) return Unavailable("closed");
    ++inside_;
    return Pass(*this);
  }

  // Waits until all have left; a cancellation ends the wait, not the closing.
  Task<Status> Close() {
    closed_ = true;
    if (inside_ == 0) co_return OkStatus();
    co_return co_await empty_.Wait();
  }

  size_t inside() const { return inside_; }

 private:
  void Leave() {
    if (--inside_ == 0 && closed_) empty_.Set();
  }

  size_t inside_ = 0;
  bool closed_ = false;
  Event empty_;
};

}  // namespace minato

// Timers of one executor: a heap of nodes that their owners embed, so arming one allocates nothing
// beyond the heap's own array.
#pragma once

#include <cstddef>
#include <vector>

#include <absl/time/time.h>

namespace minato {

// Armed through TimerQueue. The owner keeps it alive and in place while armed; its destructor CHECKs
// that it is not.
class Timer {
 public:
  using Fire = void (*)(Timer&);

  explicit Timer(Fire fire) : fire_(fire) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  bool armed() const { return index_ != kIdle; }

 private:
  friend class TimerQueue;
  static constexpr size_t kIdle = static_cast<size_t>(-1);

  const Fire fire_;
  size_t index_ = kIdle;
};

// Belongs to one executor.
class TimerQueue {
 public:
  void Arm(Timer& timer, absl::Time when);  // `timer` must be idle
  void Disarm(Timer& timer);                // nothing happens when it is idle

  // When the next timer is due; InfiniteFuture without one.
  absl::Time Next() const { return heap_.empty() ? absl::InfiniteFuture() : heap_[0].when; }

  // Fires what is due at `now`, earliest first. A timer is idle again when its callback runs.
  void FireDue(absl::Time now);

 private:
  struct Entry {
    absl::Time when;
    Timer* timer;
  };

  void Place(size_t index, Entry entry);
  void SiftUp(size_t index, Entry entry);
  void SiftDown(size_t index, Entry entry);

  std::vector<Entry> heap_;
};

}  // namespace minato

#include "runtime/timer.h"

#include "runtime/check.h"

namespace minato {

Timer::~Timer() { CHECK(!armed(), "a timer was destroyed while armed"); }

void TimerQueue::Arm(Timer& timer, absl::Time when) {
  CHECK(!timer.armed());
  heap_.push_back({});
  SiftUp(heap_.size() - 1, {when, &timer});
}

void TimerQueue::Disarm(Timer& timer) {
  if (!timer.armed()) return;
  const size_t index = timer.index_;
  timer.index_ = Timer::kIdle;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (index == heap_.size()) return;
  if (index > 0 && last.when < heap_[(index - 1) / 2].when) {
    SiftUp(index, last);
  } else {
    SiftDown(index, last);
  }
}

void TimerQueue::FireDue(absl::Time now) {
  while (!heap_.empty() && heap_[0].when <= now) {
    Timer& timer = *heap_[0].timer;
    Disarm(timer);
    timer.fire_(timer);
  }
}

void TimerQueue::Place(size_t index, Entry entry) {
  heap_[index] = entry;
  entry.timer->index_ = index;
}

void TimerQueue::SiftUp(size_t index, Entry entry) {
  while (index > 0) {
    const size_t parent = (index - 1) / 2;
    if (heap_[parent].when <= entry.when) break;
    Place(index, heap_[parent]);
    index = parent;
  }
  Place(index, entry);
}

void TimerQueue::SiftDown(size_t index, Entry entry) {
  for (;;) {
    size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].when < heap_[child].when) ++child;
    if (entry.when <= heap_[child].when) break;
    Place(index, heap_[child]);
    index = child;
  }
  Place(index, entry);
}

}  // namespace minato

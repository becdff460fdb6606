// An executor is one thread's loop, the home of coroutines: what they share with each other needs no
// lock. It has a mailbox (the only way in from other threads), a queue of work that is ready, and timers.
//
// Implementations: cq/ (a gRPC completion queue), io/ (Boost.Asio), ManualExecutor (tests).
#pragma once

#include <atomic>

#include "runtime/clock.h"
#include "runtime/timer.h"

namespace minato {

// A piece of work that its owner embeds: posting allocates nothing. In place and alive until it ran.
class Work {
 public:
  using Run = void (*)(Work&);

  explicit Work(Run run) : run_(run) {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

 private:
  friend class Executor;
  friend class WorkQueue;

  const Run run_;
  Work* next_ = nullptr;
};

// First in, first out; one thread.
class WorkQueue {
 public:
  bool empty() const { return head_ == nullptr; }
  void Push(Work& work);
  Work* Pop();  // nullptr when empty

 private:
  Work* head_ = nullptr;
  Work* tail_ = nullptr;
};

class Executor {
 public:
  // `clock` must outlive the executor.
  explicit Executor(const Clock& clock) : clock_(clock) {}
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor();

  // Runs `work` on this executor's thread; from there, never before Post returns. What one thread posts runs in
  // order. Any thread; the executor must outlive the work. It may end while Post is still about to return: its
  // end waits for that.
  void Post(Work& work);

  // Whether the calling thread is in this executor's loop now.
  bool IsCurrent() const { return current_ == this; }
  static Executor* Current() { return current_; }

  // The time of the round that the loop is in, so that asking costs nothing: good for deadlines, not for measuring what
  // runs without a pause (that is clock()'s business). This executor's thread, while it runs.
  absl::Time Now() const { return round_ == absl::InfinitePast() ? clock_.Now() : round_; }
  const Clock& clock() const { return clock_; }

  // This executor's thread only.
  TimerQueue& timers() { return timers_; }

 protected:
  // Makes the loop call RunReady soon. Any thread; called once per batch of posts from outside.
  virtual void Wake() = 0;

  // A loop that calls BeginRound in each of its rounds fixes the time meanwhile; in others Now() is the clock's.
  void BeginRound() { round_ = clock_.Now(); }
  void EndRounds() { round_ = absl::InfinitePast(); }

  // Fires due timers and runs what was posted before the call. Returns whether more became ready
  // meanwhile, in which case the loop must not block.
  bool RunReady();

  // Held while another thread shows the loop something and then wakes it. Once the loop has seen it all may end,
  // so this is taken before.
  class Waking {
   public:
    explicit Waking(Executor& executor) : wakers_(executor.wakers_) {
      wakers_.fetch_add(1, std::memory_order_relaxed);
    }
    Waking(const Waking&) = delete;
    Waking& operator=(const Waking&) = delete;
    ~Waking() { wakers_.fetch_sub(1, std::memory_order_release); }

   private:
    std::atomic<int>& wakers_;
  };

  // Waits for the threads that are about to wake the loop: a system call of theirs at most. Whoever implements Wake
  // calls this before what it uses goes, in the destructor or earlier.
  void AwaitWakers() const;

  // The loop's thread holds one of these while it runs code that belongs to the executor.
  class Entered {
   public:
    explicit Entered(Executor& executor) : previous_(current_) { current_ = &executor; }
    ~Entered() { current_ = previous_; }

   private:
    Executor* const previous_;
  };

 private:
  void PostAndWake(Work& work);
  void TakeMailbox();

  static thread_local constinit Executor* current_;

  const Clock& clock_;
  absl::Time round_ = absl::InfinitePast();
  TimerQueue timers_;
  WorkQueue ready_;
  alignas(64) std::atomic<Work*> mailbox_{nullptr};  // newest first
  std::atomic<int> wakers_{0};                           // see Waking
};

}  // namespace minato

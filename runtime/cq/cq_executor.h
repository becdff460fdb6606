// The executor whose loop is a gRPC completion queue. The only place that calls CompletionQueue::Next.
#pragma once

#include <atomic>
#include <memory>

#include "runtime/cq/cq_tag.h"
#include "runtime/executor.h"

namespace grpc {
class Alarm;
class CompletionQueue;
}  // namespace grpc

namespace minato {

// Every tag of `queue` must be a CqTag. The queue outlives the executor, and nobody else polls it.
class CqExecutor final : public Executor {
 public:
  explicit CqExecutor(grpc::CompletionQueue& queue, const Clock& clock = Clock::Real());
  ~CqExecutor() override;

  // Serves the queue on the calling thread until Shutdown, and then until it is drained. Operations, posts and
  // timers come back here.
  void Run();

  // Shuts the queue down, once the threads that have posted are through with it. Nothing may be posted any more.
  // Any thread.
  void Shutdown();

 private:
  class Wakeup;

  void Wake() override;
  bool RunReadyAWhile();
  bool Next(bool block, void** tag, bool* ok);

  grpc::CompletionQueue& queue_;
  const std::unique_ptr<Wakeup> wakeup_;
  std::atomic<bool> waking_{false};  // an alarm is under way
};

}  // namespace minato

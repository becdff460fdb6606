// What every completion-queue server of the yardsticks is made of, as it is written by hand: one object per call that
// is told what its queue delivers, and frees itself when nothing of it is outstanding.
#pragma once

#include <chrono>
#include <functional>

#include <grpcpp/grpcpp.h>

#include "telemetry/metrics.h"

namespace minato::load {

class QueueCall {
 public:
  struct Tag {
    QueueCall* call;
    bool done;  // AsyncNotifyWhenDone's
  };

  virtual ~QueueCall() = default;

  void OnTag(const Tag& tag, bool ok) {
    --outstanding_;
    if (tag.done) {
      cancelled_ = context_.IsCancelled();
    } else {
      Proceed(ok);
    }
    if (outstanding_ == 0) delete this;
  }

 protected:
  QueueCall(Counter& calls, grpc::ServerCompletionQueue& queue) : calls_(calls), queue_(queue) {
    context_.AsyncNotifyWhenDone(&done_);
  }

  virtual void Proceed(bool ok) = 0;

  void* Next() {
    ++outstanding_;
    return &next_;
  }
  // The call has begun: its end will be told, and how long it may take is known.
  void Begin() {
    ++outstanding_;
    deadline_ = context_.deadline();
    calls_.Add();
  }

  Counter& calls_;
  grpc::ServerCompletionQueue& queue_;
  grpc::ServerContext context_;
  std::chrono::system_clock::time_point deadline_;
  bool cancelled_ = false;

 private:
  int outstanding_ = 0;
  Tag next_{this, false};
  Tag done_{this, true};
};

// Calls requested on each queue at a time.
inline constexpr int kCallsRequested = 64;

// Serves on 127.0.0.1 until SIGTERM, one thread and queue for each worker (0: one per core), and prints the port.
// `request_calls` puts the first calls on a queue. Answers the exit code.
int RunQueueServer(int port, int workers, grpc::Service& service,
                   const std::function<void(grpc::ServerCompletionQueue&)>& request_calls);

}  // namespace minato::load

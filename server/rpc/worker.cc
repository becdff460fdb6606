#include "server/rpc/worker.h"

#include <functional>
#include <utility>

#include "server/rpc/server_call.h"

namespace minato::rpc {
namespace {

Status Draining() { return Unavailable("the server is draining"); }

}  // namespace

// A function sent to the worker's thread. Frees itself.
class Worker::Errand : private Work {
 public:
  static void Post(Worker& worker, std::function<void()> function) {
    worker.executor_.Post(*new Errand(std::move(function)));
  }

 private:
  explicit Errand(std::function<void()> function) : Work(&OnPosted), function_(std::move(function)) {}

  static void OnPosted(Work& work) {
    const std::unique_ptr<Errand> self(&static_cast<Errand&>(work));
    self->function_();
  }

  const std::function<void()> function_;
};

// Told once the grace has passed, unless the worker is idle before.
class Worker::Grace : public Timer {
 public:
  explicit Grace(Worker& worker) : Timer(&OnTimer), worker_(worker) {}

 private:
  static void OnTimer(Timer& timer) { static_cast<Grace&>(timer).worker_.CancelCalls(true); }

  Worker& worker_;
};

Worker::Worker(Shared& shared, std::unique_ptr<grpc::ServerCompletionQueue> queue)
    : shared_(shared), queue_(std::move(queue)), executor_(*queue_), grace_(std::make_unique<Grace>(*this)) {}

Worker::~Worker() { CHECK(!thread_.joinable(), "a worker was not joined"); }

void Worker::Start() {
  for (size_t i = 0; i < shared_.options.accepts_outstanding; ++i) Accept();
  thread_ = std::thread([this] { executor_.Run(); });
}

void Worker::Accept() { ServerCall::Accept(*this); }

void Worker::Gone() {
  // A serving worker always has accepts outstanding, so this is the end of draining.
  if (--objects_ > 0) return;
  executor_.timers().Disarm(*grace_);
  became_idle_.set_value();
}

void Worker::Began(ServerCall& call) {
  call.next_ = calls_;
  call.previous_ = nullptr;
  if (calls_ != nullptr) calls_->previous_ = &call;
  calls_ = &call;
}

void Worker::Ended(ServerCall& call) {
  (call.previous_ == nullptr ? calls_ : call.previous_->next_) = call.next_;
  if (call.next_ != nullptr) call.next_->previous_ = call.previous_;
}

void Worker::CancelCalls(bool streams_only) {
  for (ServerCall* call = calls_; call != nullptr; call = call->next_) {
    if (!streams_only || call->method().kind != MethodKind::kUnary) call->Cancel(Draining());
  }
}

void Worker::CancelStreamsAfter(absl::Duration grace) {
  Errand::Post(*this, [this, grace] {
    if (objects_ > 0) executor_.timers().Arm(*grace_, executor_.Now() + grace);
  });
}

void Worker::CancelAll() {
  Errand::Post(*this, [this] { CancelCalls(false); });
}

bool Worker::WaitUntilIdle(absl::Duration bound) { 
  return idle_.wait_for(absl::ToChronoNanoseconds(bound)) == std::future_status::ready;
 }

StatusOr<std::vector<std::string>> Worker::NamesOfCalls(absl::Duration bound) {
  using Names = std::vector<std::string>;
  const auto promise = std::make_shared<std::promise<Names>>();  // of whoever comes last, asker or worker
  std::future<Names> answer = promise->get_future();
  Errand::Post(*this, [this, promise] {
    Names names;
    for (ServerCall* call = calls_; call != nullptr; call = call->next_) {
      names.push_back(call->method().path);
    }
    promise->set_value(std::move(names));
  });
  if (answer.wait_for(absl::ToChronoNanoseconds(bound)) != std::future_status::ready) {
    return DeadlineExceeded("a worker is blocked in a handler");
  }
  return answer.get();
}

void Worker::Join() {
  executor_.Shutdown();
  thread_.join();
}

void Worker::Abandon() { thread_.detach(); }

}  // namespace minato::rpc

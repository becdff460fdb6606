// The yardstick: a completion-queue server as it is written by hand, one state machine per RPC, after gRPC's
// own example. The same proto and work as minato_server, the deadline read, AsyncNotifyWhenDone armed, one
// metric counted, 64 calls requested per queue. No buffer hints.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include <absl/flags/flag.h>
#include <absl/flags/parse.h>
#include <grpcpp/grpcpp.h>

#include "telemetry/metrics.h"
#include "tests/load/load.grpc.pb.h"
#include "tests/load/user.h"

ABSL_FLAG(int, port, 0, "port on 127.0.0.1; 0 takes a free one, which is printed");
ABSL_FLAG(int, workers, 0, "threads, each with a queue; 0: one per core");

namespace minato::load {
namespace {

constexpr int kCallsRequested = 64;

struct Server {
  v1::LoadService::AsyncService service;
  Counter calls;
};

class Call {
 public:
  struct Tag {
    Call* call;
    bool done;  // AsyncNotifyWhenDone's
  };

  virtual ~Call() = default;

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
  Call(Server& server, grpc::ServerCompletionQueue& queue) : server_(server), queue_(queue) {
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
    server_.calls.Add();
  }

  Server& server_;
  grpc::ServerCompletionQueue& queue_;
  grpc::ServerContext context_;
  std::chrono::system_clock::time_point deadline_;
  bool cancelled_ = false;

 private:
  int outstanding_ = 0;
  Tag next_{this, false};
  Tag done_{this, true};
};

class GetUserCall final : public Call {
 public:
  GetUserCall(Server& server, grpc::ServerCompletionQueue& queue) : Call(server, queue), writer_(&context_) {
    server.service.RequestGetUser(&context_, &request_, &writer_, &queue, &queue, Next());
  }

 private:
  enum class State { kRequested, kFinished };

  void Proceed(bool ok) override {
    if (state_ == State::kFinished || !ok) return;
    new GetUserCall(server_, queue_);
    Begin();
    v1::User user;
    FillUser(request_.id(), user);
    state_ = State::kFinished;
    writer_.Finish(user, grpc::Status::OK, Next());
  }

  State state_ = State::kRequested;
  v1::GetUserRequest request_;
  grpc::ServerAsyncResponseWriter<v1::User> writer_;
};

class StreamUsersCall final : public Call {
 public:
  StreamUsersCall(Server& server, grpc::ServerCompletionQueue& queue)
      : Call(server, queue), writer_(&context_) {
    server.service.RequestStreamUsers(&context_, &request_, &writer_, &queue, &queue, Next());
  }

 private:
  enum class State { kRequested, kWriting, kFinished };

  void Proceed(bool ok) override {
    switch (state_) {
      case State::kRequested:
        if (!ok) return;
        new StreamUsersCall(server_, queue_);
        Begin();
        state_ = State::kWriting;
        return WriteNext();
      case State::kWriting:
        return ok ? WriteNext() : Finish();
      case State::kFinished:
        return;
    }
  }

  void WriteNext() {
    if (written_ == request_.count()) return Finish();
    v1::User user;
    FillUser(request_.id() + written_++, user);
    writer_.Write(user, Next());
  }

  void Finish() {
    state_ = State::kFinished;
    writer_.Finish(grpc::Status::OK, Next());
  }

  State state_ = State::kRequested;
  v1::StreamUsersRequest request_;
  int32_t written_ = 0;
  grpc::ServerAsyncWriter<v1::User> writer_;
};

void Serve(grpc::ServerCompletionQueue& queue) {
  void* tag;
  bool ok;
  while (queue.Next(&tag, &ok)) {
    const auto& call_tag = *static_cast<Call::Tag*>(tag);
    call_tag.call->OnTag(call_tag, ok);
  }
}

int Run() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  int workers = absl::GetFlag(FLAGS_workers);
  if (workers == 0) workers = static_cast<int>(std::thread::hardware_concurrency());
  Server server;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(absl::GetFlag(FLAGS_port)),
                           grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&server.service);
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
  for (int i = 0; i < workers; ++i) queues.push_back(builder.AddCompletionQueue());
  const std::unique_ptr<grpc::Server> grpc = builder.BuildAndStart();
  if (grpc == nullptr) return 1;
  std::vector<std::thread> threads;
  for (const auto& queue : queues) {
    for (int i = 0; i < kCallsRequested; ++i) {
      new GetUserCall(server, *queue);
      new StreamUsersCall(server, *queue);
    }
    threads.emplace_back([&queue] { Serve(*queue); });
  }
  std::printf("listening on 127.0.0.1:%d\n", port);
  std::fflush(stdout);

  int signal;
  sigwait(&stop, &signal);
  grpc->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  for (const auto& queue : queues) queue->Shutdown();
  for (std::thread& thread : threads) thread.join();
  return 0;
}

}  // namespace
}  // namespace minato::load

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return minato::load::Run();
}

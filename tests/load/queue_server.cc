// The yardstick: a completion-queue server as it is written by hand, one state machine per RPC, after gRPC's
// own example. The same proto and work as minato_server, the deadline read, AsyncNotifyWhenDone armed, one
// metric counted, 64 calls requested per queue. No buffer hints.
#include <absl/flags/flag.h>
#include <absl/flags/parse.h>

#include "tests/load/load.grpc.pb.h"
#include "tests/load/queue_call.h"
#include "tests/load/user.h"

ABSL_FLAG(int, port, 0, "port on 127.0.0.1; 0 takes a free one, which is printed");
ABSL_FLAG(int, workers, 0, "threads, each with a queue; 0: one per core");

namespace minato::load {
namespace {

struct Server {
  v1::LoadService::AsyncService service;
  Counter calls;
};

class GetUserCall final : public QueueCall {
 public:
  GetUserCall(Server& server, grpc::ServerCompletionQueue& queue)
      : QueueCall(server.calls, queue), server_(server), writer_(&context_) {
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

  Server& server_;
  State state_ = State::kRequested;
  v1::GetUserRequest request_;
  grpc::ServerAsyncResponseWriter<v1::User> writer_;
};

class StreamUsersCall final : public QueueCall {
 public:
  StreamUsersCall(Server& server, grpc::ServerCompletionQueue& queue)
      : QueueCall(server.calls, queue), server_(server), writer_(&context_) {
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

  Server& server_;
  State state_ = State::kRequested;
  v1::StreamUsersRequest request_;
  int32_t written_ = 0;
  grpc::ServerAsyncWriter<v1::User> writer_;
};

}  // namespace
}  // namespace minato::load

int main(int argc, char** argv) {
  using namespace minato::load;
  absl::ParseCommandLine(argc, argv);
  Server server;
  return RunQueueServer(absl::GetFlag(FLAGS_port), absl::GetFlag(FLAGS_workers), server.service,
                        [&](grpc::ServerCompletionQueue& queue) {
                          new GetUserCall(server, queue);
                          new StreamUsersCall(server, queue);
                        });
}

// The gRPC server behind the gateways that are measured, by hand on a completion queue as queue_server is.
#include <list>

#include <absl/flags/flag.h>
#include <absl/flags/parse.h>

#include "tests/load/gateway_load.grpc.pb.h"
#include "tests/load/queue_call.h"

ABSL_FLAG(int, port, 0, "port on 127.0.0.1; 0 takes a free one, which is printed");

namespace minato::load {
namespace {

using gateway::v1::Document;
using gateway::v1::GatewayLoadService;
using gateway::v1::GetUserRequest;
using gateway::v1::ListUsersRequest;
using gateway::v1::ReleaseUsersRequest;
using gateway::v1::ReleaseUsersResponse;
using gateway::v1::User;

void FillUser(int64_t id, User& user) {
  user.set_id(id);
  user.set_name("Ada Lovelace");
  user.set_email("ada.lovelace@analytical-engine.example.com");
  user.set_etag("0123456789abcdef");
  user.set_create_time_unix_seconds(1'700'000'000);
  user.set_login_count(1815);
  user.set_active(true);
  user.set_note("Wrote the first program for a machine that was never built.");
}

class HoldUserCall;

struct Server {
  GatewayLoadService::AsyncService service;
  Counter calls;
  std::list<HoldUserCall*> held;  // the one worker's
};

// A call with one request and one answer; `Derived` requests it and makes the answer.
template <typename Derived, typename Request, typename Response>
class UnaryCall : public QueueCall {
 protected:
  UnaryCall(Server& server, grpc::ServerCompletionQueue& queue)
      : QueueCall(server.calls, queue), server_(server), writer_(&context_) {}

  void Proceed(bool ok) override {
    if (finished_ || !ok) return;
    new Derived(server_, queue_);
    Begin();
    static_cast<Derived*>(this)->Answer();
  }

  void Finish(const Response& response, const grpc::Status& status = grpc::Status::OK) {
    finished_ = true;
    writer_.Finish(response, status, Next());
  }

  Server& server_;
  Request request_;
  grpc::ServerAsyncResponseWriter<Response> writer_;

 private:
  bool finished_ = false;
};

class GetUserCall final : public UnaryCall<GetUserCall, GetUserRequest, User> {
 public:
  GetUserCall(Server& server, grpc::ServerCompletionQueue& queue) : UnaryCall(server, queue) {
    server.service.RequestGetUser(&context_, &request_, &writer_, &queue, &queue, Next());
  }

  void Answer() {
    User user;
    FillUser(request_.id(), user);
    Finish(user, grpc::Status(static_cast<grpc::StatusCode>(request_.status_code()),
                              request_.status_code() == 0 ? "" : "as asked"));
  }
};

class EchoDocumentCall final : public UnaryCall<EchoDocumentCall, Document, Document> {
 public:
  EchoDocumentCall(Server& server, grpc::ServerCompletionQueue& queue) : UnaryCall(server, queue) {
    server.service.RequestEchoDocument(&context_, &request_, &writer_, &queue, &queue, Next());
  }

  void Answer() { Finish(request_); }
};

class HoldUserCall final : public UnaryCall<HoldUserCall, GetUserRequest, User> {
 public:
  HoldUserCall(Server& server, grpc::ServerCompletionQueue& queue)
      : UnaryCall(server, queue), place_(server.held.end()) {
    server.service.RequestHoldUser(&context_, &request_, &writer_, &queue, &queue, Next());
  }
  // Cancelled, if it was still held.
  ~HoldUserCall() override {
    if (place_ != server_.held.end()) server_.held.erase(place_);
  }

  void Answer() { place_ = server_.held.insert(server_.held.end(), this); }

  void Release() {
    server_.held.erase(std::exchange(place_, server_.held.end()));
    User user;
    FillUser(request_.id(), user);
    Finish(user);
  }

 private:
  std::list<HoldUserCall*>::iterator place_;
};

class ReleaseUsersCall final
    : public UnaryCall<ReleaseUsersCall, ReleaseUsersRequest, ReleaseUsersResponse> {
 public:
  ReleaseUsersCall(Server& server, grpc::ServerCompletionQueue& queue) : UnaryCall(server, queue) {
    server.service.RequestReleaseUsers(&context_, &request_, &writer_, &queue, &queue, Next());
  }

  void Answer() {
    ReleaseUsersResponse response;
    response.set_held(static_cast<int32_t>(server_.held.size()));
    if (response.held() >= request_.at_least()) {
      while (!server_.held.empty()) server_.held.front()->Release();
    }
    Finish(response);
  }
};

class ListUsersCall final : public QueueCall {
 public:
  ListUsersCall(Server& server, grpc::ServerCompletionQueue& queue)
      : QueueCall(server.calls, queue), server_(server), writer_(&context_) {
    server.service.RequestListUsers(&context_, &request_, &writer_, &queue, &queue, Next());
  }

 private:
  enum class State { kRequested, kWriting, kFinished };

  void Proceed(bool ok) override {
    switch (state_) {
      case State::kRequested:
        if (!ok) return;
        new ListUsersCall(server_, queue_);
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
    User user;
    FillUser(request_.id() + written_, user);
    if (request_.note_bytes() > 0) {
      user.set_note(std::string(static_cast<size_t>(request_.note_bytes()), 'n'));
    }
    // gRPC 1.51 hangs when the first write of a call has the hint.
    const bool batched = request_.batch_writes() && written_ > 0 && written_ + 1 < request_.count();
    ++written_;
    grpc::WriteOptions options;
    if (batched) options.set_buffer_hint();
    writer_.Write(user, options, Next());
  }

  void Finish() {
    state_ = State::kFinished;
    writer_.Finish(grpc::Status::OK, Next());
  }

  Server& server_;
  State state_ = State::kRequested;
  ListUsersRequest request_;
  int32_t written_ = 0;
  grpc::ServerAsyncWriter<User> writer_;
};

}  // namespace
}  // namespace minato::load

int main(int argc, char** argv) {
  using namespace minato::load;
  absl::ParseCommandLine(argc, argv);
  Server server;
  return RunQueueServer(absl::GetFlag(FLAGS_port), 1, server.service,
                        [&](grpc::ServerCompletionQueue& queue) {
                          new GetUserCall(server, queue);
                          new EchoDocumentCall(server, queue);
                          new ListUsersCall(server, queue);
                          new HoldUserCall(server, queue);
                          new ReleaseUsersCall(server, queue);
                        });
}

// One call of the generic engine: what the handler sees (CallContext, MessageStream) on one side, gRPC's
// operations on the other.
//
// A call waits for a client (kAccepting), runs its handler (kServing), sends what is queued (kFlushing) and then
// the status (kEnding). It frees itself when every tag came back.
#pragma once

#include <optional>

#include <google/protobuf/arena.h>
#include <grpcpp/generic/async_generic_service.h>

#include "runtime/cancel.h"
#include "runtime/cq/cq_tag.h"
#include "runtime/timer.h"
#include "server/call/call_context.h"
#include "server/call/stream.h"
#include "server/rpc/send_queue.h"

namespace minato {
struct Root;
}

namespace minato::rpc {

class Worker;

class ServerCall final : public CallContext, public MessageStream {
 public:
  // Asks the server for a call. The object is its own from then on.
  static void Accept(Worker& worker);

  // Asks the handler to stop. The first reason stays.
  void Cancel(Status reason);

  const Method& method() const override { return *method_; }
  const TaskContext& task() const override { return task_; }
  google::protobuf::Arena& arena() override { return arena_; }
  std::optional<std::string_view> FindMetadata(std::string_view key) const override;
  void ForEachMetadata(
      absl::FunctionRef<void(std::string_view key, std::string_view value)> visit) const override;
  std::string peer() const override { return context_.peer(); }

  std::optional<StatusOr<bool>> TryRead(google::protobuf::MessageLite& message) override;
  Status Send(const google::protobuf::MessageLite& message) override;
  bool HasRoom() const override;

 private:
  friend class Worker;
  enum class Stage { kAccepting, kServing, kFlushing, kEnding };
  enum class Reading { kNotBegun, kUnderWay, kArrived, kEndAskedAgain, kEnded };  // see OnRead
  enum class Sending { kNotBegun, kUnderWay, kIdle };

  // One of the call's operations, on its way through the queue.
  template <void (ServerCall::*kDone)(bool ok)>
  struct Operation : CqTag {
    explicit Operation(ServerCall& call) : CqTag(&CameBack), call(call) {}
    static void CameBack(CqTag& tag, bool ok) {
      ServerCall& call = static_cast<Operation&>(tag).call;
      --call.operations_;
      (call.*kDone)(ok);
      call.FreeIfOver();
    }
    void* Begin() {
      ++call.operations_;
      return static_cast<CqTag*>(this);
    }
    ServerCall& call;
  };
  struct DeadlineTimer : Timer {
    explicit DeadlineTimer(ServerCall& call);
    ServerCall& call;
  };

  explicit ServerCall(Worker& worker);
  ~ServerCall() override;

  void OnAccepted(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnDone(bool ok);

  Status Refusal();  // OK when the call is to be served
  void Begin();
  static Root Run(const TaskContext& context, ServerCall& call);
  void OnServed(Status status);
  void Refuse(Status reason);

  void ArmDeadline();
  void StartRead();
  void GiveUpReading();
  void Advance();  // starts the next write, or the end, when nothing is under way
  void WriteNext();
  void Finish();
  void GrantRoom();
  void SendInitialMetadata();
  void SendTrailingMetadata();
  void FreeIfOver();

  Worker& worker_;
  const Method* method_ = nullptr;
  Stage stage_ = Stage::kAccepting;
  Reading reading_ = Reading::kNotBegun;
  Sending sending_ = Sending::kNotBegun;
  bool admitted_ = false;     // and counted in calls_in_flight
  bool client_gone_ = false;  // what is sent goes nowhere
  int operations_ = 0;        // tags that have not come back

  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  Operation<&ServerCall::OnAccepted> accept_{*this};
  Operation<&ServerCall::OnRead> read_{*this};
  Operation<&ServerCall::OnWritten> write_{*this};
  Operation<&ServerCall::OnFinished> finish_{*this};
  Operation<&ServerCall::OnDone> done_{*this};

  CancelSource cancel_;
  TaskContext task_;
  DeadlineTimer deadline_{*this};
  grpc::ByteBuffer arrived_;
  Status read_failure_;  // what ended the reading, when it was not the client's half-close
  SendQueue queue_;
  Status final_status_;

  // The call's own messages usually fit here, and no block is allocated.
  static constexpr size_t kArenaBlockBytes = 2048;
  alignas(8) char arena_block_[kArenaBlockBytes];
  google::protobuf::Arena arena_;

  ServerCall* next_ = nullptr;  // of the worker's calls
  ServerCall* previous_ = nullptr;
};

}  // namespace minato::rpc

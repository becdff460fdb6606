#include "server/rpc/server_call.h"

#include <utility>

#include "runtime/root.h"
#include "server/call/error_details.h"
#include "server/rpc/message_bytes.h"
#include "server/rpc/metadata.h"
#include "server/rpc/worker.h"

namespace minato::rpc {
namespace {

google::protobuf::ArenaOptions ArenaIn(char* block, size_t size) {
  google::protobuf::ArenaOptions options;
  options.initial_block = block;
  options.initial_block_size = size;
  return options;
}

grpc::Status ToGrpc(const Status& status) {
  if (status.ok()) return grpc::Status();
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(MessageOf(status)),
                      SerializedDetails(status));
}

// How much earlier than ours a client's deadline may end a call and still count as the deadline.
constexpr absl::Duration kDeadlineSlack = absl::Milliseconds(20);

Status PastDeadline() { return DeadlineExceeded("the call's deadline has passed"); }

}  // namespace

ServerCall::DeadlineTimer::DeadlineTimer(ServerCall& call)
    : Timer([](Timer& timer) { static_cast<DeadlineTimer&>(timer).call.Cancel(PastDeadline()); }),
      call(call) {}

ServerCall::ServerCall(Worker& worker)
    : worker_(worker), arena_(ArenaIn(arena_block_, sizeof(arena_block_))) {
  task_.home = &worker.executor();
  task_.cancel = cancel_.token();
  worker_.Born();
}

ServerCall::~ServerCall() {
  if (admitted_) {
    worker_.Ended(*this);
    worker_.shared().calls_in_flight.fetch_sub(1, std::memory_order_relaxed);
  }
  worker_.Gone();
}

void ServerCall::Accept(Worker& worker) {
  auto* call = new ServerCall(worker);
  // Comes back only if a call is accepted: counted then.
  call->context_.AsyncNotifyWhenDone(static_cast<CqTag*>(&call->done_));
  worker.shared().service.RequestCall(&call->context_, &call->stream_, &worker.queue(), &worker.queue(),
                                      call->accept_.Begin());
}

void ServerCall::OnAccepted(bool ok) {
  if (!ok) return;  // the server was shut down
  worker_.Accept();
  ++operations_;  // done_
  Status refusal = Refusal();
  if (refusal.ok()) {
    Begin();
  } else {
    Refuse(std::move(refusal));
  }
}

Status ServerCall::Refusal() {
  Shared& shared = worker_.shared();
  if (shared.draining.load(std::memory_order_relaxed)) return Unavailable("the server is draining");
  const std::string& path = context_.method();
  method_ = shared.registry.Find(path);
  if (method_ == nullptr) {
    const size_t slash = path.rfind('/');
    return Unimplemented("unknown method {} of service {}", path.substr(slash + 1),
                         path.substr(path.starts_with('/'), slash == 0 ? 0 : slash - 1));
  }
  if (shared.calls_in_flight.fetch_add(1, std::memory_order_relaxed) >=
      shared.options.calls_in_flight_max) {
    shared.calls_in_flight.fetch_sub(1, std::memory_order_relaxed);
    return ResourceExhausted("the server has {} calls in flight, as many as it takes",
                             shared.options.calls_in_flight_max);
  }
  admitted_ = true;
  return OkStatus();
}

void ServerCall::Refuse(Status reason) {
  final_status_ = std::move(reason);
  Finish();
}

void ServerCall::Begin() {
  stage_ = Stage::kServing;
  worker_.Began(*this);
  ArmDeadline();
  StartRead();
  Run(task_, *this);
}

void ServerCall::ArmDeadline() {
  const gpr_timespec deadline = context_.raw_deadline();
  if (deadline.tv_sec == gpr_inf_future(deadline.clock_type).tv_sec) [[likely]] return;
  const gpr_timespec left = gpr_time_sub(deadline, gpr_now(deadline.clock_type));
  Executor& home = worker_.executor();
  task_.deadline = home.Now() + absl::Seconds(left.tv_sec) + absl::Nanoseconds(left.tv_nsec);
  home.timers().Arm(deadline_, task_.deadline);
}

Root ServerCall::Run(const TaskContext&, ServerCall& call) {
  Status status;
  try {
    status = co_await call.worker_.shared().registry.Serve(call, call);
  } catch (...) {
    // With its text by the Recover interceptor, where there is one.
    status = Internal("the handler threw an exception");
  }
  call.OnServed(std::move(status));
}

void ServerCall::Cancel(Status reason) {
  if (stage_ == Stage::kServing) cancel_.Cancel(std::move(reason));
}

void ServerCall::OnDone(bool) {
  if (!context_.IsCancelled()) return;
  client_gone_ = true;
  GiveUpReading();
  queue_.Clear();
  if (stage_ != Stage::kServing) return;
  // The client's own deadline often arrives as a reset just before ours is due: ours began later.
  const bool late = task_.deadline <= worker_.executor().Now() + kDeadlineSlack;
  Cancel(late ? PastDeadline() : Cancelled("the client cancelled the call or went away"));
}

// Reading. One message is read ahead of the handler.

void ServerCall::StartRead() {
  reading_ = Reading::kUnderWay;
  stream_.Read(&arrived_, read_.Begin());
}

void ServerCall::OnRead(bool ok) {
  if (reading_ == Reading::kEnded) return;  // given up meanwhile
  if (!ok && reading_ == Reading::kUnderWay && method_->client_streams()) {
    // The client has half-closed, or it is gone and OnDone right behind this. A handler must not take the one
    // for the other: asking again gives OnDone the time to come first.
    StartRead();
    reading_ = Reading::kEndAskedAgain;
    return;
  }
  reading_ = ok ? Reading::kArrived : Reading::kEnded;
  read_waiters().GrantFirst();
}

void ServerCall::GiveUpReading() {
  if (reading_ == Reading::kArrived) arrived_.Clear();
  reading_ = Reading::kEnded;
  if (read_failure_.ok()) read_failure_ = Cancelled("the client cancelled the call or went away");
}

std::optional<StatusOr<bool>> ServerCall::TryRead(google::protobuf::MessageLite& message) {
  switch (reading_) {
    case Reading::kEnded:
      if (read_failure_.ok()) return false;
      return read_failure_;
    case Reading::kArrived: {
      Status parsed = Parse(arrived_, worker_.shared().options.request_bytes_max, message);
      arrived_.Clear();
      if (!parsed.ok()) [[unlikely]] {
        reading_ = Reading::kEnded;
        read_failure_ = parsed;
        return parsed;
      }
      if (method_->client_streams()) {
        StartRead();
      } else {
        reading_ = Reading::kEnded;
      }
      return true;
    }
    case Reading::kNotBegun:
    case Reading::kUnderWay:
    case Reading::kEndAskedAgain:
      break;
  }
  return std::nullopt;
}

// Sending.

bool ServerCall::HasRoom() const {
  const ServerOptions& options = worker_.shared().options;
  return queue_.size() < options.send_queue_messages_max &&
         queue_.bytes() < options.send_queue_bytes_max;
}

Status ServerCall::Send(const google::protobuf::MessageLite& message) {
  if (client_gone_) [[unlikely]] return Cancelled("the client cancelled the call or went away");
  TRY(grpc::ByteBuffer bytes, Serialize(message));
  queue_.Push(std::move(bytes));
  Advance();
  return OkStatus();
}

void ServerCall::Advance() {
  if (sending_ == Sending::kUnderWay) return;
  if (stage_ == Stage::kServing) {
    // The one reply of a method that streams none goes with the status.
    if (!queue_.empty() && method_->server_streams()) WriteNext();
    return;
  }
  if (queue_.size() > 1 || (queue_.size() == 1 && !final_status_.ok())) {
    WriteNext();
  } else {
    Finish();
  }
}

void ServerCall::WriteNext() {
  grpc::WriteOptions options;
  // gRPC may keep the bytes back for what comes behind; not those of a call's first, after which 1.51 hangs.
  const bool more = queue_.size() > 1 || stage_ == Stage::kFlushing;
  if (sending_ != Sending::kNotBegun && more) options.set_buffer_hint();
  SendInitialMetadata();
  sending_ = Sending::kUnderWay;
  const grpc::ByteBuffer message = queue_.Pop();
  stream_.Write(message, options, write_.Begin());
}

void ServerCall::OnWritten(bool ok) {
  sending_ = Sending::kIdle;
  if (!ok) {
    client_gone_ = true;
    queue_.Clear();
    Cancel(Cancelled("the client cancelled the call or went away"));
  }
  Advance();
  if (stage_ == Stage::kServing) GrantRoom();
}

void ServerCall::GrantRoom() {
  // Half of the queue at a time: a handler that writes in a loop fills it without waiting in between.
  const ServerOptions& options = worker_.shared().options;
  if (queue_.size() > options.send_queue_messages_max / 2) return;
  if (queue_.bytes() > options.send_queue_bytes_max / 2) return;
  room_waiters().GrantFirst();
}

void ServerCall::OnServed(Status status) {
  worker_.executor().timers().Disarm(deadline_);
  stage_ = Stage::kFlushing;
  // A message that could not be taken decides, whatever the handler made of it.
  const bool refused = absl::IsResourceExhausted(read_failure_);
  final_status_ = refused ? read_failure_ : std::move(status);
  if (!final_status_.ok() && !method_->server_streams()) queue_.Clear();
  Advance();
}

void ServerCall::Finish() {
  stage_ = Stage::kEnding;
  SendInitialMetadata();
  SendTrailingMetadata();
  sending_ = Sending::kUnderWay;
  if (queue_.empty()) {
    stream_.Finish(ToGrpc(final_status_), finish_.Begin());
    return;
  }
  const grpc::ByteBuffer message = queue_.Pop();
  stream_.WriteAndFinish(message, grpc::WriteOptions(), grpc::Status(), finish_.Begin());
}

void ServerCall::OnFinished(bool) {}

void ServerCall::SendInitialMetadata() {
  if (sending_ != Sending::kNotBegun) return;
  if (compress_replies()) context_.set_compression_level(GRPC_COMPRESS_LEVEL_MED);
  for (const auto& [key, value] : initial_metadata()) {
    if (IsSendable(key, value)) context_.AddInitialMetadata(key, value);
  }
}

void ServerCall::SendTrailingMetadata() {
  for (const auto& [key, value] : trailing_metadata()) {
    if (IsSendable(key, value)) context_.AddTrailingMetadata(key, value);
  }
}

void ServerCall::FreeIfOver() {
  if (operations_ == 0 && (stage_ == Stage::kAccepting || stage_ == Stage::kEnding)) delete this;
}

// Metadata.

std::optional<std::string_view> ServerCall::FindMetadata(std::string_view key) const {
  if (IsReserved(key)) return std::nullopt;
  const auto& fields = context_.client_metadata();
  const auto found = fields.find(grpc::string_ref(key.data(), key.size()));
  if (found == fields.end()) return std::nullopt;
  return std::string_view(found->second.data(), found->second.size());
}

void ServerCall::ForEachMetadata(
    absl::FunctionRef<void(std::string_view key, std::string_view value)> visit) const {
  for (const auto& [key, value] : context_.client_metadata()) {
    const std::string_view name(key.data(), key.size());
    if (!IsReserved(name)) visit(name, {value.data(), value.size()});
  }
}

}  // namespace minato::rpc

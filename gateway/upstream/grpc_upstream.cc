#include "gateway/upstream/grpc_upstream.h"

#include "gateway/grpc_wire.h"
#include "gateway/upstream/grpc_frame_reader.h"
#include "gateway/upstream/grpc_metadata.h"

namespace minato::gateway {
namespace {

// Status of a call whose answer did not come, or not to its end. `told` is what the read said.
Status StatusOfFailure(const HttpCall& call, const Status& told) {
  switch (call.failure()) {
    case UpstreamFailure::kLocalReset:
      return told;
    case UpstreamFailure::kProtocolError:
      return Internal("upstream {}: {}", call.upstream_address(), MessageOf(told));
    default:
      return call.upstream_address().empty()
                 ? Unavailable("{}", MessageOf(told))
                 : Unavailable("upstream {}: {}", call.upstream_address(), MessageOf(told));
  }
}

// One call over one HTTP request. What is awaited runs in the context of its awaiter, or of Cancel if that comes first.
class GrpcCall final : public UpstreamCall {
 public:
  GrpcCall(HttpUpstream& http, const CallStart& start, const TaskContext& context, size_t reply_bytes_max)
      : cancel_(context.cancel), context_{context.home, cancel_.token(), context.deadline}, frames_(reply_bytes_max) {
    const absl::Duration left = context.deadline == absl::InfiniteFuture() ? absl::InfiniteDuration()
                                                                           : context.deadline - context.home->Now();
    const GrpcRequestHeaders headers(start.request, left);
    call_ = http.Start({.method = "POST",
                        .authority = start.request.authority(),
                        .path = start.path,
                        .headers = headers.views()},
                       /*ends=*/false);
  }

  Task<Status> Send(std::string_view message) override { return InOwnContext(SendFrame(message)); }

  void EndSending() override { call_->End({}); }

  Task<bool> Receive(std::string& message) override {
    const TaskContext& context = context_;
    const StatusOr<bool> received = co_await InContext<StatusOr<bool>>(context, ReceiveFrame(message));
    if (received.ok()) co_return *received;
    if (!ended_) End(CallEnd{.status = received.status()});
    co_return false;
  }

  const Fields& initial_metadata() const override { return initial_metadata_; }
  const CallEnd& end() const override { return end_; }

  void Cancel(Status reason) override { cancel_.Cancel(std::move(reason)); }

  Task<void> Close() override {
    cancel_.Cancel(Cancelled("the call was given up"));
    co_return;
  }

 private:
  Task<Status> InOwnContext(Task<Status> task) {
    const Status status = co_await InContext<Status>(context_, std::move(task));
    co_return status;
  }

  Task<Status> SendFrame(std::string_view message) {
    CO_TRY(co_await call_->Write(GrpcFrameHead(message.size())));
    CO_TRY(co_await call_->Write(message));
    co_return OkStatus();
  }

  void End(CallEnd end) {
    ended_ = true;
    end_ = std::move(end);
  }

  // The final head; ends the call if there is no gRPC behind it.
  Task<Status> ReadHead() {
    HttpResponseHead head;
    while (head.status < 200) {
      StatusOr<HttpResponseHead> read = co_await call_->ReadHead();
      if (!read.ok()) co_return StatusOfFailure(*call_, read.status());
      head = *std::move(read);
    }
    has_head_ = true;
    const bool has_status = head.headers.Has("grpc-status");
    if (head.status != 200 || !IsGrpc(head.headers)) {
      if (!has_status) co_return StatusOfHttp(head.status, head.headers.Find("content-type").value_or("no type"));
    }
    if (head.ends) {
      End(EndOf(head.headers));
      co_return OkStatus();
    }
    initial_metadata_ = MetadataOf(head.headers);
    frames_.set_encoding(head.headers.Find("grpc-encoding").value_or(""));
    co_return OkStatus();
  }

  Task<StatusOr<bool>> ReceiveFrame(std::string& message) {
    if (cancel_.cancelled()) co_return cancel_.reason();
    if (!has_head_ && !ended_) CO_TRY(co_await ReadHead());
    while (!ended_) {
      CO_TRY(const bool complete, frames_.Next(message));
      if (complete) co_return true;
      StatusOr<std::optional<std::string_view>> piece = co_await call_->Read();
      if (!piece.ok()) co_return StatusOfFailure(*call_, piece.status());
      if (piece->has_value()) {
        frames_.Feed(**piece);
      } else if (!frames_.empty()) {
        co_return Internal("upstream {}: the answer ends within a message", call_->upstream_address());
      } else {
        End(EndOf(call_->trailers()));
      }
    }
    co_return false;
  }

  CancelSource cancel_;
  const TaskContext context_;
  std::unique_ptr<HttpCall> call_;
  GrpcFrameReader frames_;
  bool has_head_ = false;
  bool ended_ = false;
  Fields initial_metadata_;
  CallEnd end_;
};

}  // namespace

Task<UnaryReply> GrpcUpstream::CallUnary(const CallStart& start, std::string_view request) {
  const TaskContext& context = co_await CurrentContext();
  GrpcCall call(http_, start, context, options_.reply_bytes_max);
  const Status sent = co_await call.Send(request);
  call.EndSending();
  UnaryReply reply;
  const bool received = co_await call.Receive(reply.message);
  if (received) {
    std::string further;
    const bool more = co_await call.Receive(further);
    reply.end = more ? CallEnd{.status = Internal("more than one reply came")} : call.end();
  } else {
    reply.end = call.end();
    if (reply.end.status.ok()) reply.end.status = Internal("the call ended without a reply");
  }
  reply.initial_metadata = call.initial_metadata();
  co_return reply;
}

std::unique_ptr<UpstreamCall> GrpcUpstream::Start(const CallStart& start, const TaskContext& context) {
  return std::make_unique<GrpcCall>(http_, start, context, options_.reply_bytes_max);
}

}  // namespace minato::gateway

// The parts of an exchange that stream.
#include <google/protobuf/descriptor.h>

#include "gateway/exchange_call.h"
#include "gateway/http_status.h"
#include "gateway/stream_framing.h"
#include "gateway/transcode/wire_fields.h"
#include "runtime/scope.h"

namespace minato::gateway {
namespace {

UnaryReply FailedReply(const UpstreamCall& upstream) {
  return {.end = upstream.end(), .initial_metadata = upstream.initial_metadata()};
}

Status Unprintable(std::string_view path, const Status& why) {
  return WithHttpStatus(Internal("a reply of {} cannot be printed: {}", path, MessageOf(why)), 502);
}

}  // namespace

Task<void> Exchange::ServeServerStream(Call& call) {
  StatusOr<std::string> request = co_await ReadRequest(call);
  if (!request.ok()) {
    co_await FailRequest(call.stream, request.status());
    co_return;
  }
  const TaskContext& context = co_await CurrentContext();
  const std::unique_ptr<UpstreamCall> upstream = upstream_.Start(call.start, context);
  const Status sent = co_await upstream->Send(*request);
  upstream->EndSending();
  const bool answered = co_await RespondStream(call, *upstream);
  if (!answered) co_await RespondUnary(call, FailedReply(*upstream));
  co_await upstream->Close();
}

// Messages go up as the body brings them. The first error is the request's; a call that ended by itself is not one.
Task<Status> Exchange::SendBody(Call& call, UpstreamCall& upstream) {
  JsonBody json(call.request, JsonBody::Shape::kArray);
  std::vector<std::string> messages;
  bool first = true;
  for (;;) {
    CO_TRY(std::optional<std::string_view> piece, co_await call.stream.ReadPiece());
    messages.clear();
    if (call.route.body_is_http_body) {
      if (!piece.has_value()) break;
      std::string wire;
      const auto type = call.stream.head().Find(http::KnownHeader::kContentType);
      if (first) CO_TRY(BindingsToWire(call.request, wire));
      wire += HttpBodyPrefix(call.route.body_field, first ? type.value_or("") : "", piece->size());
      wire += *piece;
      messages.push_back(std::move(wire));
    } else if (piece.has_value()) {
      CO_TRY(json.Feed(*piece, messages));
      if (json.held_bytes() > options_.body_bytes_max) {
        co_return WithHttpStatus(ResourceExhausted("one element of the request body is larger than {} bytes "
                                                   "(body_bytes_max)",
                                                   options_.body_bytes_max),
                                 413);
      }
    } else {
      CO_TRY(json.Finish(messages));
    }
    first = false;
    for (const std::string& message : messages) {
      CO_TRY(CheckMessageSize(message.size(), options_.body_bytes_max));
      const Status sent = co_await upstream.Send(message);
      if (!sent.ok()) co_return OkStatus();
    }
    if (!piece.has_value()) break;
  }
  upstream.EndSending();
  co_return OkStatus();
}

Task<void> Exchange::ServeClientStream(Call& call) {
  const TaskContext& context = co_await CurrentContext();
  const std::unique_ptr<UpstreamCall> upstream = upstream_.Start(call.start, context);
  UnaryReply reply;
  const Status body = co_await SendBody(call, *upstream);
  if (body.ok()) {
    const bool received = co_await upstream->Receive(reply.message);
    if (received) {
      std::string further;
      const bool more = co_await upstream->Receive(further);
      if (more) upstream->Cancel(Internal("more than one reply came"));
    }
    reply.end = upstream->end();
    reply.initial_metadata = upstream->initial_metadata();
    if (!received && reply.end.status.ok()) reply.end.status = Internal("the call ended without a reply");
  } else {
    reply.end.status = body;
  }
  co_await upstream->Close();
  co_await RespondUnary(call, reply);
}

Task<void> Exchange::SendBodyOrCancel(Call& call, UpstreamCall& upstream, Status& failure) {
  failure = co_await SendBody(call, upstream);
  if (!failure.ok()) upstream.Cancel(failure);
}

Task<void> Exchange::ServeBidi(Call& call) {
  if (call.route.body.empty()) {
    http::Headers headers{{"upgrade", "websocket"}};
    co_await Fail(call.stream,
                  WithHttpStatus(FailedPrecondition("{} is a WebSocket: ask for it with Upgrade: websocket",
                                                    call.stream.head().path()),
                                 426),
                  {}, std::move(headers));
    co_return;
  }
  // HTTP/1.1 is half duplex: a client that sends all before it reads is slowed by the call's bounded queues.
  const TaskContext& context = co_await CurrentContext();
  const std::unique_ptr<UpstreamCall> upstream = upstream_.Start(call.start, context);
  Status failure;
  Scope scope(context);
  scope.Spawn(SendBodyOrCancel(call, *upstream, failure));
  const bool answered = co_await RespondStream(call, *upstream);
  scope.Cancel(Cancelled("the answer is complete"));
  const Status sent = co_await scope.Join();
  if (!answered && !failure.ok()) co_await FailRequest(call.stream, failure);
  if (!answered && failure.ok()) co_await RespondUnary(call, FailedReply(*upstream));
  co_await upstream->Close();
}

// The status line has gone: the body is what can tell.
Task<void> Exchange::FailStream(Call& call, const Status& status, std::string_view details) {
  if (!call.route.response_is_http_body) {
    const std::string error = ErrorBody(options_.error_shape, status, DetailsJson(details));
    std::string told;
    AppendStreamError(StreamFraming::kArray, false, error, told);
    const Status written = co_await call.stream.Write(told);
  }
  call.stream.CutResponse();
}

// False: the call failed before its first reply, and nothing was answered.
Task<bool> Exchange::RespondStream(Call& call, UpstreamCall& upstream) {
  std::string message;
  bool more = co_await upstream.Receive(message);
  if (!more && !upstream.end().status.ok()) co_return false;

  const bool as_array = !call.route.response_is_http_body;
  const bool empty = !more;
  std::string content_type = "application/json";
  std::string out;
  if (as_array && more) out = BeforeMessage(StreamFraming::kArray, true);
  Status printed = more ? Print(call, message, content_type, out) : OkStatus();
  if (!printed.ok()) {
    upstream.Cancel(Unprintable(call.start.path, printed));
    while (more) more = co_await upstream.Receive(message);
    co_return false;
  }
  ResponseHead head;
  head.status = SuccessStatus(upstream.initial_metadata());
  head.content_type = content_type;
  AddMetadata(upstream.initial_metadata(), head.headers);
  Status written = co_await call.stream.StartResponse(head);
  if (call.stream.head().method() == "HEAD") {  // has all that it asked for, however long the stream would last
    const Status ended = co_await call.stream.EndResponse();
    co_return true;
  }
  while (more && written.ok() && printed.ok()) {
    written = co_await call.stream.Write(out);
    out.clear();
    more = co_await upstream.Receive(message);
    if (!more) break;
    if (as_array) out = BeforeMessage(StreamFraming::kArray, false);
    printed = Print(call, message, content_type, out);
  }
  if (!written.ok()) {
    call.stream.CutResponse();
    co_return true;
  }
  if (!printed.ok()) {
    co_await FailStream(call, Unprintable(call.start.path, printed), "");
    co_return true;
  }
  if (!upstream.end().status.ok()) {
    co_await FailStream(call, upstream.end().status, upstream.end().details);
    co_return true;
  }
  if (as_array) out = AfterStream(StreamFraming::kArray, empty);
  written = co_await call.stream.Write(out);
  const Status ended = co_await call.stream.EndResponse();
  co_return true;
}

}  // namespace minato::gateway

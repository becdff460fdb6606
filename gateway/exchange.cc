#include "gateway/exchange.h"

#include <google/protobuf/descriptor.h>

#include "gateway/error_answer.h"
#include "gateway/exchange_call.h"
#include "gateway/grpc_timeout.h"
#include "gateway/http_status.h"
#include "gateway/routing/bindings.h"
#include "gateway/strict_request.h"
#include "gateway/transcode/wire_fields.h"
#include "gateway/update_mask.h"
#include "runtime/deadline.h"

namespace minato::gateway {

bool Exchange::Call::client_streams() const { return route.method->client_streaming(); }
bool Exchange::Call::server_streams() const { return route.method->server_streaming(); }

Status CheckMessageSize(size_t bytes, size_t bytes_max) {
  if (bytes <= bytes_max) [[likely]] return OkStatus();
  return WithHttpStatus(
      ResourceExhausted("the request message has {} bytes in protobuf's form, the limit is {} (body_bytes_max)", bytes,
                        bytes_max),
      413);
}

Task<void> Exchange::Serve(ClientStream& stream) {
  const RequestHead& head = stream.head();
  const RouteMatch match = routes_.Match(head.method(), head.path());
  if (match.outcome != RouteMatch::Outcome::kFound) {
    http::Headers headers;
    if (match.outcome == RouteMatch::Outcome::kMethodNotAllowed) headers.Add("allow", match.allow);
    co_await Fail(stream, NoSuchRoute(head, match), {}, std::move(headers));
    co_return;
  }
  StatusOr<UrlBindings> url = BindUrl(match, head.query(), routes_.options());
  if (!url.ok()) {
    co_await FailRequest(stream, url.status());
    co_return;
  }
  const Route& route = *match.route;
  const std::string peer = stream.peer();
  Call call{stream, route, {route.call_path, head, peer},
            {route.request, route.body_field, std::move(url->bindings), options_.read}};

  absl::Time deadline = absl::InfiniteFuture();
  const TaskContext& context = co_await CurrentContext();
  if (!call.client_streams() && !call.server_streams()) {
    deadline = context.home->Now() + options_.request_timeout;
  }
  if (const auto timeout = head.Find(http::KnownHeader::kGrpcTimeout)) {
    const StatusOr<absl::Duration> parsed = ParseGrpcTimeout(*timeout);
    if (!parsed.ok()) {
      co_await Fail(stream, parsed.status(), {});
      co_return;
    }
    deadline = std::min(deadline, context.home->Now() + *parsed);
  }
  Deadline limit(context, deadline);
  co_await InContext<void>(limit.context(), ServeMatched(call));
}

Task<void> Exchange::ServeMatched(Call& call) {
  if (!call.client_streams()) return call.server_streams() ? ServeServerStream(call) : ServeUnary(call);
  if (!call.server_streams()) return ServeClientStream(call);
  return call.stream.wants_websocket() ? ServeWebSocket(call) : ServeBidi(call);
}

Task<StatusOr<std::string>> Exchange::ReadRequest(Call& call) {
  std::string wire;
  CO_TRY(std::string_view body, co_await call.stream.ReadWhole(options_.body_bytes_max));
  if (call.route.body_is_http_body) {
    const auto type = call.stream.head().Find(http::KnownHeader::kContentType);
    CO_TRY(BindingsToWire(call.request, wire));
    wire += HttpBodyPrefix(call.route.body_field, type.value_or(""), body.size());
    wire += body;
    co_return wire;
  }
  if (call.route.body.empty()) {
    if (!body.empty()) co_return TakesNoBody(call.route);
    CO_TRY(BindingsToWire(call.request, wire));
    co_return wire;
  }
  FillUpdateMask(call.route, body, call.request);
  CO_TRY(JsonToWire(call.request, body, wire));
  CO_TRY(CheckMessageSize(wire.size(), options_.body_bytes_max));
  co_return wire;
}

Task<void> Exchange::ServeUnary(Call& call) {
  StatusOr<std::string> request = co_await ReadRequest(call);
  if (!request.ok()) {
    co_await FailRequest(call.stream, request.status());
    co_return;
  }
  const UnaryReply reply = co_await upstream_.CallUnary(call.start, *request);
  co_await RespondUnary(call, reply);
}

Status Exchange::Print(const Call& call, std::string_view message, std::string& content_type,
                       std::string& out) const {
  const Route& route = call.route;
  if (route.response_is_http_body) {
    TRY(HttpBodyView body, ReadHttpBody(route.response_body_field, message));
    content_type = body.content_type;
    out += body.data;
    return OkStatus();
  }
  content_type = "application/json";
  return route.response_body_field.empty()
             ? WireToJson(*route.response, message, options_.print, out)
             : WireFieldToJson(route.response_body_field, message, options_.print, out);
}

Task<void> Exchange::RespondUnary(Call& call, const UnaryReply& reply) {
  if (!reply.end.status.ok()) {
    http::Headers headers;
    AddMetadata(reply.initial_metadata, headers);
    AddMetadata(reply.end.trailing_metadata, headers);
    co_await Fail(call.stream, reply.end.status, reply.end.details, std::move(headers));
    co_return;
  }
  std::string content_type;
  std::string body;
  const Status printed = Print(call, reply.message, content_type, body);
  if (!printed.ok()) {
    co_await Fail(call.stream,
                  WithHttpStatus(Internal("the reply of {} cannot be printed: {}", call.start.path,
                                          MessageOf(printed)),
                                 502),
                  {});
    co_return;
  }
  ResponseHead head;
  head.status = SuccessStatus(reply.initial_metadata);
  head.content_type = content_type;
  AddMetadata(reply.initial_metadata, head.headers);
  AddMetadata(reply.end.trailing_metadata, head.headers);
  const Status sent = co_await call.stream.Respond(head, body);
}

Task<void> Exchange::Fail(ClientStream& stream, const Status& status, std::string_view details,
                          http::Headers headers) {
  const std::string details_json = DetailsJson(details);
  const Status sent =
      co_await RespondError(stream, options_.error_shape, status, details_json, {.headers = std::move(headers)});
}

}  // namespace minato::gateway

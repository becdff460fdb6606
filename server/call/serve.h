// Turns a typed handler into the entry that a Method holds. Used by generated code only.
#pragma once

#include <google/protobuf/arena.h>

#include "server/call/method_registry.h"

namespace minato::internal {

inline Status NoRequest() {
  return Internal("the client half-closed without sending a request");
}

template <typename Env, typename Request, typename Reply, auto Handler>
Task<Status> ServeUnary(void* env, CallContext& call, MessageStream& stream) {
  auto* request = google::protobuf::Arena::CreateMessage<Request>(&call.arena());
  CO_TRY(bool present, co_await stream.Read(*request));
  if (!present) co_return NoRequest();
  CO_TRY(Reply reply, co_await Handler(*static_cast<Env*>(env), call, *request));
  co_return stream.Send(reply);
}

template <typename Env, typename Request, typename Reply, auto Handler>
Task<Status> ServeServerStream(void* env, CallContext& call, MessageStream& stream) {
  auto* request = google::protobuf::Arena::CreateMessage<Request>(&call.arena());
  CO_TRY(bool present, co_await stream.Read(*request));
  if (!present) co_return NoRequest();
  Writer<Reply> writer(stream);
  co_return co_await Handler(*static_cast<Env*>(env), call, *request, writer);
}

template <typename Env, typename Request, typename Reply, auto Handler>
Task<Status> ServeClientStream(void* env, CallContext& call, MessageStream& stream) {
  Reader<Request> reader(stream);
  CO_TRY(Reply reply, co_await Handler(*static_cast<Env*>(env), call, reader));
  co_return stream.Send(reply);
}

template <typename Env, typename Request, typename Reply, auto Handler>
Task<Status> ServeBidi(void* env, CallContext& call, MessageStream& stream) {
  Reader<Request> reader(stream);
  Writer<Reply> writer(stream);
  co_return co_await Handler(*static_cast<Env*>(env), call, reader, writer);
}

}  // namespace minato::internal

// Turns a typed handler into the entry that a Method holds. Used by generated code only.
#pragma once

#include <google/protobuf/arena.h>
#include <google/protobuf/generated_message_reflection.h>

#include "runtime/check.h"
#include "server/call/method_registry.h"

namespace minato::internal {

// Refers to the table of the service's file: the linker would leave out a file that has services only.
inline const google::protobuf::ServiceDescriptor* FindService(
    const google::protobuf::internal::DescriptorTable& file, const char* name) {
  google::protobuf::internal::AddDescriptorsRunner{&file};
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
  CHECK(service != nullptr, "{} is not linked in", name);
  return service;
}

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

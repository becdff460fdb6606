#include "minato/chat/v1/chat.minato.h"
#include "runtime/scope.h"
#include "server/call/error_details.h"
#include "server/services/chat/chat_fields.h"
#include "server/services/chat/env.h"
#include "server/services/chat/member.h"
#include "server/services/standard_fields.h"

namespace minato::chat {
namespace {

using Action = v1::ChatRequest::ActionCase;

// The room of a request, and its request_id if it has one: what an error event says of it.
v1::ChatEvent ErrorEvent(const v1::ChatRequest& request, const Status& status) {
  v1::ChatEvent event;
  v1::ChatEvent::Error& error = *event.mutable_error();
  switch (request.action_case()) {
    case Action::kJoin:
      error.set_room(request.join().room());
      break;
    case Action::kSend:
      error.set_room(request.send().room());
      error.set_request_id(request.send().request_id());
      break;
    case Action::kLeave:
      error.set_room(request.leave().room());
      break;
    case Action::ACTION_NOT_SET:
      break;
  }
  error.set_code(static_cast<int32_t>(status.code()));
  error.set_message(std::string(MessageOf(status)));
  return event;
}

v1::ChatEvent JoinedEvent(const std::string& room, int64_t last_sequence) {
  v1::ChatEvent event;
  event.mutable_joined()->set_room(room);
  event.mutable_joined()->set_last_sequence(last_sequence);
  return event;
}

Status NotInRoom(const std::string& room) { return FailedPrecondition("room {} was not joined", room); }

Task<Status> Join(ChatEnv& env, Member& member, const v1::ChatRequest::Join& join) {
  CO_TRY(CheckRoom(join.room()));
  CO_TRY(CheckName(join.name()));
  if (member.NameIn(join.room()) != nullptr) {
    member.Tell(JoinedEvent(join.room(), member.Rename(join.room(), join.name())));
    co_return OkStatus();
  }
  if (member.room_count() >= env.config.rooms_per_member_max) {
    co_return ResourceExhausted("one stream can be in {} rooms at a time", env.config.rooms_per_member_max);
  }
  // Through the writing thread: what is committed behind it reaches the member, what is committed before it is
  // in last_sequence.
  auto last = [room = join.room()](sqlite::Connection& db) { return LastSequence(db, room); };
  auto enter = [&env, &member, room = join.room()](const StatusOr<int64_t>&) {
    env.hub.Join(room, member.station(), member);
  };
  CO_TRY(const int64_t last_sequence, co_await env.database->Write(std::move(last), std::move(enter)));
  member.Joined(join.room(), join.name(), last_sequence);
  member.Tell(JoinedEvent(join.room(), last_sequence));
  co_return OkStatus();
}

Task<Status> Send(ChatEnv& env, Member& member, const v1::ChatRequest::Send& send, absl::Time now) {
  CO_TRY(CheckRoom(send.room()));
  CO_TRY(CheckText(send.text()));
  CO_TRY(CheckRequestId(send.request_id()));
  const std::string* const name = member.NameIn(send.room());
  if (name == nullptr) co_return NotInRoom(send.room());
  v1::Message message;
  message.set_room(send.room());
  message.set_name(*name);
  message.set_text(send.text());
  CO_TRY(v1::Message posted, co_await env.Post(std::move(message), send.request_id(), now));
  v1::ChatEvent event;
  event.mutable_acknowledged()->set_room(send.room());
  event.mutable_acknowledged()->set_request_id(send.request_id());
  event.mutable_acknowledged()->set_sequence(posted.sequence());
  member.Tell(std::move(event));
  co_return OkStatus();
}

Status Leave(Member& member, const v1::ChatRequest::Leave& leave) {
  if (member.NameIn(leave.room()) == nullptr) return NotInRoom(leave.room());
  member.Leave(leave.room(), v1::LEAVE_REASON_REQUESTED);
  return OkStatus();
}

// What a stream of many rooms has waiting is taken one at a time: the next request waits for the answer of the
// one before.
Task<Status> Handle(ChatEnv& env, Member& member, const v1::ChatRequest& request, absl::Time now) {
  switch (request.action_case()) {
    case Action::kJoin:
      co_return co_await Join(env, member, request.join());
    case Action::kSend:
      co_return co_await Send(env, member, request.send(), now);
    case Action::kLeave:
      co_return Leave(member, request.leave());
    case Action::ACTION_NOT_SET:
      break;
  }
  co_return BadField("action", "one of join, send and leave is required");
}

Task<Status> HandleRequests(ChatEnv& env, CallContext& call, Reader<v1::ChatRequest>& reader, Member& member) {
  v1::ChatRequest request;
  for (;;) {
    CO_TRY(co_await member.HasRoom());
    CO_TRY(const bool more, co_await reader.Read(request));
    if (!more) break;
    const Status handled = co_await Handle(env, member, request, call.home().Now());
    if (handled.code() == StatusCode::kCancelled) co_return handled;
    if (!handled.ok()) member.Tell(ErrorEvent(request, handled));
  }
  member.Close();
  co_return OkStatus();
}

Task<Status> SendEvents(Member& member, Writer<v1::ChatEvent>& writer) {
  for (;;) {
    const SharedEvent event = co_await member.Next();
    if (event == nullptr) break;
    CO_TRY(co_await writer.Write(*event));
  }
  // Ends the stream, also where the client would still send.
  if (member.ended()) co_return Unavailable("the server is shutting down");
  co_return OkStatus();
}

}  // namespace

Task<Status> Chat(ChatEnv& env, CallContext& call, Reader<v1::ChatRequest>& reader,
                  Writer<v1::ChatEvent>& writer) {
  Member member(env.hub, env.hub.StationOf(call.home()), env.config.member_queue_messages_max);
  Scope scope(call.task());
  scope.Spawn(HandleRequests(env, call, reader, member));
  scope.Spawn(SendEvents(member, writer));
  const Status status = co_await scope.Join();
  co_return call.cancel().cancelled() ? call.cancel().reason() : status;
}

}  // namespace minato::chat

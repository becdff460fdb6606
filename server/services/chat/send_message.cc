#include "minato/chat/v1/chat.minato.h"
#include "server/services/chat/chat_fields.h"
#include "server/services/chat/env.h"
#include "server/services/standard_fields.h"

namespace minato::chat {

Task<StatusOr<v1::Message>> SendMessage(ChatEnv& env, CallContext& call,
                                        const v1::SendMessageRequest& request) {
  CO_TRY(CheckRoom(request.room()));
  CO_TRY(CheckName(request.name()));
  CO_TRY(CheckText(request.text()));
  CO_TRY(CheckRequestId(request.request_id()));
  v1::Message message;
  message.set_room(request.room());
  message.set_name(request.name());
  message.set_text(request.text());
  co_return co_await env.Post(std::move(message), request.request_id(), call.home().Now());
}

}  // namespace minato::chat

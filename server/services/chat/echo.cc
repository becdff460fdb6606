#include "minato/chat/v1/chat.minato.h"
#include "server/services/chat/env.h"

namespace minato::chat {

Task<Status> Echo(ChatEnv&, CallContext&, Reader<google::api::HttpBody>& reader,
                  Writer<google::api::HttpBody>& writer) {
  google::api::HttpBody body;
  for (;;) {
    CO_TRY(const bool more, co_await reader.Read(body));
    if (!more) co_return OkStatus();
    body.mutable_data()->insert(0, "Message received: ");
    CO_TRY(co_await writer.Write(body));
  }
}

}  // namespace minato::chat

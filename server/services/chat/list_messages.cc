#include <limits>

#include "minato/chat/v1/chat.minato.h"
#include "server/call/error_details.h"
#include "server/services/chat/chat_fields.h"
#include "server/services/chat/env.h"
#include "server/services/standard_fields.h"

namespace minato::chat {
namespace {

StatusOr<Order> ParseOrder(std::string_view order_by) {
  if (order_by.empty() || order_by == "sequence") return Order::kOldestFirst;
  if (order_by == "sequence desc") return Order::kNewestFirst;
  return BadField("order_by", "must be \"sequence\" or \"sequence desc\"");
}

}  // namespace

Task<StatusOr<v1::ListMessagesResponse>> ListMessages(ChatEnv& env, CallContext&,
                                                      const v1::ListMessagesRequest& request) {
  CO_TRY(CheckRoom(request.room()));
  CO_TRY(const Order order, ParseOrder(request.order_by()));
  CO_TRY(const int64_t size, PageSize(request.page_size()));
  const bool newest_first = order == Order::kNewestFirst;
  const std::string list = fmt::format("messages {} {}", request.room(), newest_first ? "desc" : "asc");
  CO_TRY(const int64_t after,
         ParsePageToken(list, request.page_token(), newest_first ? std::numeric_limits<int64_t>::max() : 0));
  // One more than asked for tells whether there is a further page.
  auto read = [room = request.room(), order, after, size](sqlite::Connection& db) {
    return ListHistory(db, room, order, after, size + 1);
  };
  CO_TRY(std::vector<v1::Message> messages, co_await env.database->Read(std::move(read)));

  v1::ListMessagesResponse response;
  const bool more = messages.size() > static_cast<size_t>(size);
  if (more) messages.pop_back();
  for (v1::Message& message : messages) *response.add_messages() = std::move(message);
  if (more) response.set_next_page_token(MakePageToken(list, response.messages().rbegin()->sequence()));
  co_return response;
}

}  // namespace minato::chat

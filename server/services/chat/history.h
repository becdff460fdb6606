// The rooms' messages in their database. Every function runs inside Database::Write or Read.
#pragma once

#include <span>
#include <vector>

#include "minato/chat/v1/chat.pb.h"
#include "server/backends/sqlite/connection.h"

namespace minato::chat {

// For Database::Open.
std::span<const char* const> Migrations();

struct Appended {
  v1::Message message;
  bool repeated = false;  // a message with this request_id was there already, and is answered
};

// Gives the message the next sequence of its room.
StatusOr<Appended> Append(sqlite::Connection& db, v1::Message message, const std::string& request_id,
                          absl::Time now);

// 0 for a room without messages.
StatusOr<int64_t> LastSequence(sqlite::Connection& db, const std::string& room);

enum class Order { kOldestFirst, kNewestFirst };

// Those of the room behind `after` in that order, at most `limit`.
StatusOr<std::vector<v1::Message>> ListHistory(sqlite::Connection& db, const std::string& room, Order order,
                                               int64_t after, int64_t limit);

}  // namespace minato::chat

#include "server/services/chat/history.h"

#include "server/services/standard_fields.h"

namespace minato::chat {

using sqlite::Connection;
using sqlite::Query;

namespace {

constexpr const char* kMigrations[] = {
    R"(CREATE TABLE messages(
         room TEXT NOT NULL,
         sequence INTEGER NOT NULL,
         name TEXT NOT NULL,
         text TEXT NOT NULL,
         create_time_us INTEGER NOT NULL,
         request_id TEXT,
         PRIMARY KEY(room, sequence)) WITHOUT ROWID;
       CREATE UNIQUE INDEX messages_by_request ON messages(room, request_id) WHERE request_id IS NOT NULL;)",
};

// Columns as in the SELECTs below.
v1::Message ReadMessage(const Query& query, const std::string& room) {
  v1::Message message;
  message.set_room(room);
  message.set_sequence(query.Int(0));
  message.set_name(query.Text(1));
  message.set_text(query.Text(2));
  SetTime(query.Int(3), *message.mutable_create_time());
  return message;
}

}  // namespace

std::span<const char* const> Migrations() { return kMigrations; }

StatusOr<int64_t> LastSequence(Connection& db, const std::string& room) {
  Query query(db, "SELECT coalesce(max(sequence), 0) FROM messages WHERE room = ?", room);
  TRY(const bool row, query.Next());
  return row ? query.Int(0) : 0;
}

StatusOr<Appended> Append(Connection& db, v1::Message message, const std::string& request_id, absl::Time now) {
  if (!request_id.empty()) {
    Query known(db,
                "SELECT sequence, name, text, create_time_us FROM messages WHERE room = ? AND request_id = ?",
                message.room(), request_id);
    TRY(const bool repeated, known.Next());
    if (repeated) return Appended{ReadMessage(known, message.room()), true};
  }
  TRY(const int64_t last, LastSequence(db, message.room()));
  const int64_t now_us = absl::ToUnixMicros(now);
  if (request_id.empty()) {
    Query insert(db, "INSERT INTO messages(room, sequence, name, text, create_time_us) VALUES(?, ?, ?, ?, ?)",
                 message.room(), last + 1, message.name(), message.text(), now_us);
    TRY(insert.Finish());
  } else {
    Query insert(db,
                 "INSERT INTO messages(room, sequence, name, text, create_time_us, request_id) "
                 "VALUES(?, ?, ?, ?, ?, ?)",
                 message.room(), last + 1, message.name(), message.text(), now_us, request_id);
    TRY(insert.Finish());
  }
  message.set_sequence(last + 1);
  SetTime(now_us, *message.mutable_create_time());
  return Appended{std::move(message), false};
}

StatusOr<std::vector<v1::Message>> ListHistory(Connection& db, const std::string& room, Order order,
                                               int64_t after, int64_t limit) {
  const char* const sql = order == Order::kOldestFirst
                              ? "SELECT sequence, name, text, create_time_us FROM messages "
                                "WHERE room = ? AND sequence > ? ORDER BY sequence LIMIT ?"
                              : "SELECT sequence, name, text, create_time_us FROM messages "
                                "WHERE room = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?";
  Query query(db, sql, room, after, limit);
  std::vector<v1::Message> messages;
  for (;;) {
    TRY(const bool row, query.Next());
    if (!row) return messages;
    messages.push_back(ReadMessage(query, room));
  }
}

}  // namespace minato::chat

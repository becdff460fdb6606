// What the handlers of minato.chat.v1.ChatService may touch.
#pragma once

#include <memory>

#include "server/backends/sqlite/database.h"
#include "server/services/chat/history.h"
#include "server/services/chat/hub.h"

namespace minato::chat {

struct ChatConfig {
  std::string database_path;
  size_t member_queue_messages_max = 256;  // of one Chat call; beyond it a slow reader loses its rooms
  size_t rooms_per_member_max = 100;
};

// Thread-safe: the calls of all executors share one.
struct ChatEnv {
  // Opens the database, or says what is wrong with it.
  static StatusOr<std::unique_ptr<ChatEnv>> Open(const ChatConfig& config);

  ChatEnv(const ChatConfig& config, std::unique_ptr<sqlite::Database> database)
      : config(config), database(std::move(database)) {}

  // Writes the message into the history and brings it to the members of its room. What was answered is durable.
  Task<StatusOr<v1::Message>> Post(v1::Message message, std::string request_id, absl::Time now);

  const ChatConfig config;
  Hub hub;  // outlives the database, whose writing thread calls it
  const std::unique_ptr<sqlite::Database> database;
};

}  // namespace minato::chat

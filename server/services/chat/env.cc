#include "server/services/chat/env.h"

namespace minato::chat {

StatusOr<std::unique_ptr<ChatEnv>> ChatEnv::Open(const ChatConfig& config) {
  TRY(std::unique_ptr<sqlite::Database> database,
      sqlite::Database::Open({.path = config.database_path}, Migrations()));
  return std::make_unique<ChatEnv>(config, std::move(database));
}

Task<StatusOr<v1::Message>> ChatEnv::Post(v1::Message message, std::string request_id, absl::Time now) {
  auto append = [message = std::move(message), request_id = std::move(request_id),
                 now](sqlite::Connection& db) { return Append(db, message, request_id, now); };
  auto publish = [this](const StatusOr<Appended>& appended) {
    if (!appended->repeated) hub.Publish(appended->message);
  };
  CO_TRY(Appended appended, co_await database->Write(std::move(append), publish));
  co_return std::move(appended.message);
}

}  // namespace minato::chat

#include "server/services/user/env.h"

#include "server/services/user/user_store.h"

namespace minato::user {

StatusOr<std::unique_ptr<UserEnv>> UserEnv::Open(const UserConfig& config) {
  TRY(std::unique_ptr<sqlite::Database> database,
      sqlite::Database::Open({.path = config.database_path}, Migrations()));
  return std::make_unique<UserEnv>(config, std::move(database));
}

}  // namespace minato::user

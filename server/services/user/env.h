// What the handlers of minato.user.v1.UserService may touch.
#pragma once

#include <memory>

#include "minato/user/v1/user.pb.h"
#include "server/backends/cache/ttl_cache.h"
#include "server/backends/sqlite/database.h"

namespace minato::user {

struct UserConfig {
  std::string database_path;
  absl::Duration cache_ttl = absl::Seconds(60);
  size_t cached_users_max = 100'000;
};

// Thread-safe: the calls of all executors share one.
struct UserEnv {
  // Opens the database, or says what is wrong with it.
  static StatusOr<std::unique_ptr<UserEnv>> Open(const UserConfig& config);

  UserEnv(const UserConfig& config, std::unique_ptr<sqlite::Database> database)
      : database(std::move(database)), cache(config.cache_ttl, config.cached_users_max) {}

  const std::unique_ptr<sqlite::Database> database;
  // Shared: a reader copies its user after the shard's lock is free again.
  TtlCache<int64_t, std::shared_ptr<const v1::User>> cache;
};

}  // namespace minato::user

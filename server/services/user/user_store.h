// The users in their database. Every function runs inside Database::Write or Read.
#pragma once

#include <span>

#include "minato/user/v1/user.pb.h"
#include "server/backends/sqlite/connection.h"

namespace minato::user {

// For Database::Open.
std::span<const char* const> Migrations();

// NOT_FOUND if there is no such user.
StatusOr<v1::User> FindUser(sqlite::Connection& db, int64_t id);

// By ascending id, those behind `after_id`, at most `limit`.
StatusOr<std::vector<v1::User>> ListUsers(sqlite::Connection& db, int64_t after_id, int64_t limit);

// `user` has name and email; the rest is filled in. A second call with the same request_id within a day
// answers what the first one created. ALREADY_EXISTS if another user has the address.
StatusOr<v1::User> InsertUser(sqlite::Connection& db, v1::User user, const std::string& request_id,
                              absl::Time now);

// Replaces name and email where the flags say so. `user.etag`, unless empty, must be the current one: else ABORTED.
struct UserChange {
  v1::User user;
  bool name = false;
  bool email = false;
};
StatusOr<v1::User> UpdateUser(sqlite::Connection& db, const UserChange& change, absl::Time now);

Status DeleteUser(sqlite::Connection& db, int64_t id, const std::string& etag);

}  // namespace minato::user

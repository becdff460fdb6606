#include "server/services/user/user_store.h"

#include "server/call/error_details.h"
#include "server/services/standard_fields.h"

namespace minato::user {

using sqlite::Connection;
using sqlite::Query;

namespace {

constexpr const char* kMigrations[] = {
    R"(CREATE TABLE users(
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         name TEXT NOT NULL,
         email TEXT NOT NULL COLLATE NOCASE UNIQUE,
         revision INTEGER NOT NULL,
         create_time_us INTEGER NOT NULL,
         update_time_us INTEGER NOT NULL);
       CREATE TABLE create_requests(
         request_id TEXT PRIMARY KEY,
         user_id INTEGER NOT NULL,
         time_us INTEGER NOT NULL) WITHOUT ROWID;
       CREATE INDEX create_requests_by_time ON create_requests(time_us);)",
};

constexpr absl::Duration kRequestIdKept = absl::Hours(24);

Status NoSuchUser(int64_t id) { return WithReason(NotFound("user {} does not exist", id), "USER_NOT_FOUND"); }

// Columns as in the SELECTs below.
v1::User ReadUser(const Query& query) {
  v1::User user;
  user.set_id(query.Int(0));
  user.set_name(query.Text(1));
  user.set_email(query.Text(2));
  user.set_etag(std::to_string(query.Int(3)));
  SetTime(query.Int(4), *user.mutable_create_time());
  SetTime(query.Int(5), *user.mutable_update_time());
  return user;
}

Status NameTakenAddress(Status status, std::string_view email) {
  if (status.code() != StatusCode::kAlreadyExists) return status;
  return WithReason(AlreadyExists("another user has the address {}", email), "EMAIL_TAKEN");
}

Status CheckEtag(const v1::User& current, const std::string& etag) {
  if (etag.empty() || etag == current.etag()) return OkStatus();
  return WithReason(Aborted("user {} has changed: its etag is \"{}\", not \"{}\"", current.id(), current.etag(), etag),
                    "ETAG_MISMATCH");
}

// What the service adds to a new user.
void SetCreated(v1::User& user, int64_t id, int64_t time_us) {
  user.set_id(id);
  user.set_etag("1");
  SetTime(time_us, *user.mutable_create_time());
  SetTime(time_us, *user.mutable_update_time());
}

}  // namespace

std::span<const char* const> Migrations() { return kMigrations; }

StatusOr<v1::User> FindUser(Connection& db, int64_t id) {
  Query query(db, "SELECT id, name, email, revision, create_time_us, update_time_us FROM users WHERE id = ?", id);
  TRY(const bool found, query.Next());
  if (!found) return NoSuchUser(id);
  return ReadUser(query);
}

StatusOr<std::vector<v1::User>> ListUsers(Connection& db, int64_t after_id, int64_t limit) {
  Query query(db,
              "SELECT id, name, email, revision, create_time_us, update_time_us FROM users "
              "WHERE id > ? ORDER BY id LIMIT ?",
              after_id, limit);
  std::vector<v1::User> users;
  for (;;) {
    TRY(const bool row, query.Next());
    if (!row) return users;
    users.push_back(ReadUser(query));
  }
}

StatusOr<v1::User> InsertUser(Connection& db, v1::User user, const std::string& request_id, absl::Time now) {
  const int64_t now_us = absl::ToUnixMicros(now);
  if (!request_id.empty()) {
    Query forget(db, "DELETE FROM create_requests WHERE time_us < ?",
                 absl::ToUnixMicros(now - kRequestIdKept));
    TRY(forget.Finish());
    Query known(db, "SELECT user_id, time_us FROM create_requests WHERE request_id = ?", request_id);
    TRY(const bool repeated, known.Next());
    if (repeated) {
      StatusOr<v1::User> current = FindUser(db, known.Int(0));
      if (!absl::IsNotFound(current.status())) return current;
      // Deleted since. The repeated call asks what the first one was answered; what is not kept of a deleted user,
      // its name and address, the caller has sent again.
      SetCreated(user, known.Int(0), known.Int(1));
      return user;
    }
  }
  Query insert(db,
               "INSERT INTO users(name, email, revision, create_time_us, update_time_us) VALUES(?, ?, 1, ?, ?)",
               user.name(), user.email(), now_us, now_us);
  TRY(NameTakenAddress(insert.Finish(), user.email()));
  SetCreated(user, db.last_insert_id(), now_us);
  if (!request_id.empty()) {
    Query remember(db, "INSERT INTO create_requests(request_id, user_id, time_us) VALUES(?, ?, ?)", request_id,
                   user.id(), now_us);
    TRY(remember.Finish());
  }
  return user;
}

StatusOr<v1::User> UpdateUser(Connection& db, const UserChange& change, absl::Time now) {
  TRY(v1::User user, FindUser(db, change.user.id()));
  TRY(CheckEtag(user, change.user.etag()));
  if (change.name) user.set_name(change.user.name());
  if (change.email) user.set_email(change.user.email());
  Query update(db,
               "UPDATE users SET name = ?, email = ?, revision = revision + 1, update_time_us = ? WHERE id = ?",
               user.name(), user.email(), absl::ToUnixMicros(now), user.id());
  TRY(NameTakenAddress(update.Finish(), user.email()));
  return FindUser(db, user.id());
}

Status DeleteUser(Connection& db, int64_t id, const std::string& etag) {
  TRY(const v1::User user, FindUser(db, id));
  TRY(CheckEtag(user, etag));
  Query remove(db, "DELETE FROM users WHERE id = ?", id);
  return remove.Finish();
}

}  // namespace minato::user

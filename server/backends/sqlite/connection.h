// One connection to an SQLite database, and the statements on it. sqlite3.h is seen only in this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "runtime/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace minato::sqlite {

// How every error text of a connection begins: "database <path>: <operation>: <what SQLite says>".
inline constexpr std::string_view kErrorPrefix = "database ";

// One thread at a time.
class Connection {
 public:
  enum class Mode { kReadWrite, kReadOnly };

  static StatusOr<Connection> Open(const std::string& path, Mode mode);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  // Runs statements that yield nothing, as a script.
  Status Execute(const char* sql);

  int64_t last_insert_id() const;
  int64_t changes() const;  // rows changed by the last INSERT, UPDATE or DELETE

 private:
  friend class Query;
  Connection(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}

  StatusOr<sqlite3_stmt*> Prepare(std::string_view sql);
  Status Error(std::string_view doing, int code) const;

  sqlite3* handle_;
  std::string path_;
  // Statements are compiled once; keys are the addresses of literals.
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

// One run of a statement.
//
//   Query query(db, "SELECT id, name FROM users WHERE email = ?", email);
//   TRY(bool found, query.Next());
//   if (found) user.set_id(query.Int(0)), user.set_name(query.Text(1));
//
// `sql` must be a string literal: its address names the compiled statement.
class Query {
 public:
  Query(Connection& connection, const char* sql);
  template <typename... Args>
  Query(Connection& connection, const char* sql, const Args&... args) : Query(connection, sql) {
    int index = 0;
    (Bind(++index, args), ...);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  // False: no further row. Errors of preparing and binding come here, too. ALREADY_EXISTS for a row that a
  // UNIQUE constraint forbids.
  StatusOr<bool> Next();
  // To the end, for statements that yield nothing.
  Status Finish();

  int64_t Int(int column) const;
  std::string Text(int column) const;  // bytes as they are
  bool IsNull(int column) const;

 private:
  void Bind(int index, int64_t value);
  void Bind(int index, int32_t value) { Bind(index, static_cast<int64_t>(value)); }
  void Bind(int index, bool value) { Bind(index, static_cast<int64_t>(value)); }
  void Bind(int index, std::string_view value);
  void Bind(int index, const std::string& value) { Bind(index, std::string_view(value)); }
  void Bind(int index, const char* value) { Bind(index, std::string_view(value)); }
  void Bind(int index, std::nullptr_t);

  Connection& connection_;
  const char* const sql_;
  sqlite3_stmt* statement_ = nullptr;
  Status status_;
};

}  // namespace minato::sqlite

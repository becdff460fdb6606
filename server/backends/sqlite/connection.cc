#include "server/backends/sqlite/connection.h"

#include <sqlite3.h>

namespace minato::sqlite {
namespace {

StatusCode CodeOf(int code) {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY
                 ? StatusCode::kAlreadyExists
                 : StatusCode::kFailedPrecondition;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return StatusCode::kUnavailable;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return StatusCode::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StatusCode::kDataLoss;
    default:
      return StatusCode::kInternal;
  }
}

}  // namespace

StatusOr<Connection> Connection::Open(const std::string& path, Mode mode) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_NOMUTEX | (mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY
                                                                  : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Connection connection(handle, path);
  if (code != SQLITE_OK) return connection.Error("open", code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 5000);
  return connection;
}

Connection::Connection(Connection&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      path_(std::move(other.path_)),
      statements_(std::move(other.statements_)) {}

Connection::~Connection() {
  if (handle_ == nullptr) return;
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Status Connection::Execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? OkStatus() : Error(sql, code);
}

int64_t Connection::last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }
int64_t Connection::changes() const { return sqlite3_changes64(handle_); }

StatusOr<sqlite3_stmt*> Connection::Prepare(std::string_view sql) {
  if (const auto found = statements_.find(sql.data()); found != statements_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Error(sql, code);
  statements_.emplace(sql.data(), statement);
  return statement;
}

Status Connection::Error(std::string_view doing, int code) const {
  constexpr size_t kShown = 60;
  return minato::Error(CodeOf(code), "{}{}: {}: {}", kErrorPrefix, path_, doing.substr(0, kShown),
                       handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code));
}

Query::Query(Connection& connection, const char* sql) : connection_(connection), sql_(sql) {
  StatusOr<sqlite3_stmt*> prepared = connection.Prepare(sql);
  if (prepared.ok()) {
    statement_ = *prepared;
  } else {
    status_ = std::move(prepared).status();
  }
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::Bind(int index, int64_t value) {
  if (!status_.ok()) return;
  if (const int code = sqlite3_bind_int64(statement_, index, value); code != SQLITE_OK) {
    status_ = connection_.Error(sql_, code);
  }
}

void Query::Bind(int index, std::string_view value) {
  if (!status_.ok()) return;
  const char* const bytes = value.data() != nullptr ? value.data() : "";
  const int code = sqlite3_bind_text64(statement_, index, bytes, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) status_ = connection_.Error(sql_, code);
}

void Query::Bind(int index, std::nullptr_t) {
  if (!status_.ok()) return;
  if (const int code = sqlite3_bind_null(statement_, index); code != SQLITE_OK) {
    status_ = connection_.Error(sql_, code);
  }
}

StatusOr<bool> Query::Next() {
  if (!status_.ok()) return status_;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  status_ = connection_.Error(sql_, code);
  return status_;
}

Status Query::Finish() {
  for (;;) {
    TRY(const bool row, Next());
    if (!row) return OkStatus();
  }
}

int64_t Query::Int(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Query::Text(int column) const {
  const auto* const bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes == nullptr ? std::string()
                          : std::string(bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

bool Query::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace minato::sqlite

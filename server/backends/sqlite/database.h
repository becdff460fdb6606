// A database file: one thread that writes, a few that read, for coroutines of any executor.
//
//   CO_TRY(int64_t id, co_await database.Write([user](Connection& db) -> StatusOr<int64_t> { … }));
//
// Writes that wait at the same time are committed together (WAL, synchronous=FULL): what was answered OK
// survives the loss of power, and a commit's cost is shared. Each runs in a savepoint of its own, so that one
// that fails undoes nothing of the others.
#pragma once

#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "runtime/blocking_queue.h"
#include "server/backends/sqlite/connection.h"

namespace minato::sqlite {

struct DatabaseConfig {
  std::string path;
  size_t readers = 2;                // threads, each with a connection
  size_t reads_waiting_max = 4096;   // more: RESOURCE_EXHAUSTED
  size_t writes_waiting_max = 16384;
  size_t writes_per_commit_max = 512;
};

// Thread-safe. Outlives the tasks that are in Write or Read; its end executes what still waits.
class Database {
 public:
  // Makes the file when it is missing. `migrations` are scripts: those that this file has not seen (PRAGMA
  // user_version counts them) run in order. FAILED_PRECONDITION for a file of a newer program.
  static StatusOr<std::unique_ptr<Database>> Open(DatabaseConfig config,
                                                  std::span<const char* const> migrations);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // `work`: (Connection&) -> Status or StatusOr<T>, called on the writing thread; it owns what it needs.
  template <typename F>
  auto Write(F work) {
    return RunBlocking<Connection>(writes_, std::move(work));
  }

  // The same, and calls `then` with the result, on the writing thread once it is committed: in the order of the
  // commits, before the await ends. `then` must not block.
  template <typename F, typename Then>
  auto Write(F work, Then then) {
    return RunBlockingOperation<Connection, F, Then>(writes_, std::move(work), std::move(then));
  }

  // The same as Write on a reading thread. Sees every write that was answered before.
  template <typename F>
  auto Read(F work) {
    return RunBlocking<Connection>(reads_, std::move(work));
  }

 private:
  Database(DatabaseConfig config, Connection writer, std::vector<Connection> readers);
  void WriteLoop();
  void ReadLoop(Connection& connection);

  const DatabaseConfig config_;
  Connection writer_;
  std::vector<Connection> readers_;
  BlockingQueue writes_;
  BlockingQueue reads_;
  std::vector<std::thread> threads_;
};

}  // namespace minato::sqlite

#include "server/backends/sqlite/database.h"

#include "telemetry/log.h"

namespace minato::sqlite {
namespace {

Status Migrate(Connection& connection, const std::string& path, std::span<const char* const> migrations) {
  int64_t version = 0;
  {
    Query query(connection, "PRAGMA user_version");
    TRY(const bool row, query.Next());
    if (row) version = query.Int(0);
  }
  if (version > static_cast<int64_t>(migrations.size())) {
    return FailedPrecondition("database {} was written by a newer program: its version is {}, ours {}", path,
                              version, migrations.size());
  }
  for (size_t i = static_cast<size_t>(version); i < migrations.size(); ++i) {
    TRY(connection.Execute("BEGIN IMMEDIATE"));
    TRY(connection.Execute(migrations[i]));
    TRY(connection.Execute(fmt::format("PRAGMA user_version = {}", i + 1).c_str()));
    TRY(connection.Execute("COMMIT"));
  }
  return OkStatus();
}

// What the database itself did wrong is for the log; callers may show what they get to their clients. What a job says
// of its own, and constraints, pass.
bool IsOwnFault(const Status& status) {
  switch (status.code()) {
    case StatusCode::kUnavailable:
    case StatusCode::kInternal:
    case StatusCode::kDataLoss:
    case StatusCode::kResourceExhausted:
      return MessageOf(status).starts_with(kErrorPrefix);
    default:
      return false;
  }
}

void Answer(BlockingJob& job) {
  // No copy of the status outlives Complete: the coroutine goes on with it on its own thread.
  if (!IsOwnFault(job.status())) return job.Complete();
  const StatusCode code = job.status().code();
  Log::Error("{}", std::string(job.status().message()));
  job.Fail(Error(code, "the database cannot be used now"));
}

}  // namespace

StatusOr<std::unique_ptr<Database>> Database::Open(DatabaseConfig config,
                                                   std::span<const char* const> migrations) {
  TRY(Connection writer, Connection::Open(config.path, Connection::Mode::kReadWrite));
  TRY(writer.Execute("PRAGMA journal_mode = WAL"));
  TRY(writer.Execute("PRAGMA synchronous = FULL"));
  TRY(writer.Execute("PRAGMA foreign_keys = ON"));
  TRY(Migrate(writer, config.path, migrations));
  std::vector<Connection> readers;
  for (size_t i = 0; i < config.readers; ++i) {
    TRY(Connection reader, Connection::Open(config.path, Connection::Mode::kReadOnly));
    readers.push_back(std::move(reader));
  }
  return std::unique_ptr<Database>(new Database(std::move(config), std::move(writer), std::move(readers)));
}

Database::Database(DatabaseConfig config, Connection writer, std::vector<Connection> readers)
    : config_(std::move(config)),
      writer_(std::move(writer)),
      readers_(std::move(readers)),
      writes_("the writers of " + config_.path, config_.writes_waiting_max),
      reads_("the readers of " + config_.path, config_.reads_waiting_max) {
  threads_.emplace_back([this] { WriteLoop(); });
  for (Connection& reader : readers_) {
    threads_.emplace_back([this, &reader] { ReadLoop(reader); });
  }
}

Database::~Database() {
  writes_.Close();
  reads_.Close();
  for (std::thread& thread : threads_) thread.join();
}

void Database::ReadLoop(Connection& connection) {
  while (BlockingJob* const job = reads_.Take()) {
    job->Execute(&connection);
    Answer(*job);
  }
}

void Database::WriteLoop() {
  std::vector<BlockingJob*> jobs;
  while (BlockingJob* const first = writes_.Take()) {
    jobs.assign(1, first);
    writes_.TakeMore(jobs, config_.writes_per_commit_max - 1);

    Status batch = writer_.Execute("BEGIN IMMEDIATE");
    for (BlockingJob* const job : jobs) {
      if (!batch.ok()) break;
      batch = writer_.Execute("SAVEPOINT job");
      if (!batch.ok()) break;
      job->Execute(&writer_);
      batch = writer_.Execute(job->status().ok() ? "RELEASE job" : "ROLLBACK TO job; RELEASE job");
      // A full disk, and faults like it, end the whole transaction and the savepoint with it: they are the cause.
      if (!batch.ok() && IsOwnFault(job->status())) batch = job->status();
    }
    if (batch.ok()) batch = writer_.Execute("COMMIT");
    if (batch.ok()) {
      for (BlockingJob* const job : jobs) Answer(*job);
      continue;
    }
    Log::Error("{} writes were not committed: {}", jobs.size(), MessageOf(batch));
    // A failed statement may have ended the transaction already; then this fails, and no matter.
    const Status undone = writer_.Execute("ROLLBACK");
    for (BlockingJob* const job : jobs) {
      job->Fail(Error(batch.code(), "the database cannot be used now"));
    }
  }
}

}  // namespace minato::sqlite

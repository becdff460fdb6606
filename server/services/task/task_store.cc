#include "server/services/task/task_store.h"

#include "server/call/error_details.h"
#include "server/services/standard_fields.h"

namespace minato::task {

using sqlite::Connection;
using sqlite::Query;

namespace {

// due_time_us: of a queued task its next attempt, of a running one the end of its lease, of one that ended NULL.
// open_tasks counts those that have not ended; counting them anew for every insert would read them all.
constexpr const char* kMigrations[] = {
    R"(CREATE TABLE tasks(
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         kind INTEGER NOT NULL,
         state INTEGER NOT NULL,
         attempts INTEGER NOT NULL DEFAULT 0,
         attempts_max INTEGER NOT NULL,
         error TEXT NOT NULL DEFAULT '',
         request_id TEXT NOT NULL,
         create_time_us INTEGER NOT NULL,
         update_time_us INTEGER NOT NULL,
         due_time_us INTEGER,
         input BLOB NOT NULL);
       CREATE INDEX tasks_by_due_time ON tasks(due_time_us) WHERE due_time_us IS NOT NULL;
       CREATE INDEX tasks_by_state ON tasks(state, id);
       CREATE TABLE requests(
         kind INTEGER NOT NULL,
         request_id TEXT NOT NULL,
         first_task_id INTEGER NOT NULL,
         task_count INTEGER NOT NULL,
         PRIMARY KEY(kind, request_id)) WITHOUT ROWID;
       CREATE TABLE effects(
         task_id INTEGER PRIMARY KEY,
         effect TEXT NOT NULL,
         time_us INTEGER NOT NULL);
       CREATE TABLE open_tasks(count INTEGER NOT NULL);
       INSERT INTO open_tasks VALUES(0);
       CREATE TRIGGER task_opened AFTER INSERT ON tasks BEGIN
         UPDATE open_tasks SET count = count + 1;
       END;
       CREATE TRIGGER task_ended AFTER UPDATE OF due_time_us ON tasks
         WHEN OLD.due_time_us IS NOT NULL AND NEW.due_time_us IS NULL BEGIN
         UPDATE open_tasks SET count = count - 1;
       END;)",
    "CREATE INDEX tasks_by_end_time ON tasks(update_time_us) WHERE due_time_us IS NULL;",
};

// Columns as in the SELECTs below.
v1::Task ReadTask(const Query& query) {
  v1::Task task;
  task.set_id(query.Int(0));
  task.set_kind(static_cast<v1::TaskKind>(query.Int(1)));
  task.set_state(static_cast<v1::TaskState>(query.Int(2)));
  task.set_attempts(static_cast<int32_t>(query.Int(3)));
  task.set_attempts_max(static_cast<int32_t>(query.Int(4)));
  task.set_error(query.Text(5));
  task.set_request_id(query.Text(6));
  SetTime(query.Int(7), *task.mutable_create_time());
  SetTime(query.Int(8), *task.mutable_update_time());
  if (task.state() == v1::TASK_STATE_QUEUED) SetTime(query.Int(9), *task.mutable_next_attempt_time());
  return task;
}

Status CheckRoom(Connection& db, size_t more, int64_t unfinished_max) {
  Query open(db, "SELECT count FROM open_tasks");
  TRY(const bool row, open.Next());
  const int64_t count = row ? open.Int(0) : 0;
  if (count + static_cast<int64_t>(more) <= unfinished_max) return OkStatus();
  return WithReason(ResourceExhausted("the task queue is full: {} tasks wait or run, {} more would exceed {}", count,
                                      more, unfinished_max),
                    "TASK_QUEUE_FULL");
}

// One row for one INSERT, and consecutive ids for one call: there is one writer.
StatusOr<int64_t> InsertTask(Connection& db, const NewTasks& tasks, const std::string& input, int64_t now_us) {
  Query insert(db,
               "INSERT INTO tasks(kind, state, attempts_max, request_id, create_time_us, update_time_us, due_time_us, "
               "input) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
               tasks.kind, v1::TASK_STATE_QUEUED, tasks.attempts_max, tasks.request_id, now_us, now_us, now_us, input);
  TRY(insert.Finish());
  return db.last_insert_id();
}

// Of an UPDATE that changes the task for the holder of its lease only.
Status RequireHeld(Connection& db, const Lease& lease) {
  if (db.changes() == 1) return OkStatus();
  return Aborted("task {}: the lease of attempt {} was lost", lease.task_id, lease.attempt);
}

Status EndTask(Connection& db, const Lease& lease, v1::TaskState state, std::string_view error, absl::Time now) {
  Query update(db,
               "UPDATE tasks SET state = ?, error = ?, update_time_us = ?, due_time_us = NULL "
               "WHERE id = ? AND state = ? AND attempts = ?",
               state, error, absl::ToUnixMicros(now), lease.task_id, v1::TASK_STATE_RUNNING, lease.attempt);
  TRY(update.Finish());
  return RequireHeld(db, lease);
}

// False when the task was on its last attempt: it has failed now.
StatusOr<bool> Claim(Connection& db, ClaimedTask& task, v1::TaskState state, absl::Duration lease, absl::Time now) {
  if (state == v1::TASK_STATE_RUNNING && task.lease.attempt >= task.attempts_max) {
    TRY(FailTask(db, task.lease, "the worker of the last attempt was lost", now));
    return false;
  }
  ++task.lease.attempt;
  Query claim(db, "UPDATE tasks SET state = ?, attempts = ?, update_time_us = ?, due_time_us = ? WHERE id = ?",
              v1::TASK_STATE_RUNNING, task.lease.attempt, absl::ToUnixMicros(now), absl::ToUnixMicros(now + lease),
              task.lease.task_id);
  TRY(claim.Finish());
  return true;
}

StatusOr<absl::Time> NextDue(Connection& db) {
  Query query(db, "SELECT min(due_time_us) FROM tasks WHERE due_time_us IS NOT NULL");
  TRY(const bool row, query.Next());
  return row && !query.IsNull(0) ? absl::FromUnixMicros(query.Int(0)) : absl::InfiniteFuture();
}

}  // namespace

std::span<const char* const> Migrations() { return kMigrations; }

StatusOr<std::vector<int64_t>> InsertTasks(Connection& db, const NewTasks& tasks, int64_t unfinished_max,
                                           absl::Time now) {
  std::vector<int64_t> ids;
  if (!tasks.request_id.empty()) {
    Query known(db, "SELECT first_task_id, task_count FROM requests WHERE kind = ? AND request_id = ?", tasks.kind,
                tasks.request_id);
    TRY(const bool repeated, known.Next());
    if (repeated) {
      for (int64_t i = 0; i < known.Int(1); ++i) ids.push_back(known.Int(0) + i);
      return ids;
    }
  }
  TRY(CheckRoom(db, tasks.inputs.size(), unfinished_max));
  for (const std::string& input : tasks.inputs) {
    TRY(const int64_t id, InsertTask(db, tasks, input, absl::ToUnixMicros(now)));
    ids.push_back(id);
  }
  if (!tasks.request_id.empty()) {
    Query remember(db, "INSERT INTO requests(kind, request_id, first_task_id, task_count) VALUES(?, ?, ?, ?)",
                   tasks.kind, tasks.request_id, ids.empty() ? int64_t{0} : ids.front(),
                   static_cast<int64_t>(ids.size()));
    TRY(remember.Finish());
  }
  return ids;
}

StatusOr<v1::Task> FindTask(Connection& db, int64_t id) {
  Query query(db,
              "SELECT id, kind, state, attempts, attempts_max, error, request_id, create_time_us, update_time_us, "
              "due_time_us FROM tasks WHERE id = ?",
              id);
  TRY(const bool found, query.Next());
  if (!found) return WithReason(NotFound("task {} does not exist", id), "TASK_NOT_FOUND");
  return ReadTask(query);
}

StatusOr<std::vector<v1::Task>> ListTasks(Connection& db, v1::TaskState state, int64_t before_id, int64_t limit) {
  constexpr const char* kAll =
      "SELECT id, kind, state, attempts, attempts_max, error, request_id, create_time_us, update_time_us, "
      "due_time_us FROM tasks WHERE id < ?1 AND ?2 = 0 ORDER BY id DESC LIMIT ?3";
  constexpr const char* kOfState =
      "SELECT id, kind, state, attempts, attempts_max, error, request_id, create_time_us, update_time_us, "
      "due_time_us FROM tasks WHERE id < ?1 AND state = ?2 ORDER BY id DESC LIMIT ?3";
  Query query(db, state == v1::TASK_STATE_UNSPECIFIED ? kAll : kOfState, before_id, state, limit);
  std::vector<v1::Task> tasks;
  for (;;) {
    TRY(const bool row, query.Next());
    if (!row) return tasks;
    tasks.push_back(ReadTask(query));
  }
}

StatusOr<Claims> ClaimTasks(Connection& db, size_t limit, absl::Duration lease, absl::Time now) {
  struct Due {
    ClaimedTask task;
    v1::TaskState state;
  };
  std::vector<Due> due;
  {
    Query query(db,
                "SELECT id, attempts, attempts_max, kind, create_time_us, input, state FROM tasks "
                "WHERE due_time_us <= ? ORDER BY due_time_us, id LIMIT ?",
                absl::ToUnixMicros(now), static_cast<int64_t>(limit));
    for (;;) {
      TRY(const bool row, query.Next());
      if (!row) break;
      due.push_back({.task = {.lease = {query.Int(0), static_cast<int32_t>(query.Int(1))},
                              .attempts_max = static_cast<int32_t>(query.Int(2)),
                              .kind = static_cast<v1::TaskKind>(query.Int(3)),
                              .create_time = absl::FromUnixMicros(query.Int(4)),
                              .input = query.Text(5)},
                     .state = static_cast<v1::TaskState>(query.Int(6))});
    }
  }
  Claims claims;
  for (Due& one : due) {
    TRY(const bool claimed, Claim(db, one.task, one.state, lease, now));
    if (claimed) claims.tasks.push_back(std::move(one.task));
  }
  TRY(claims.next_due, NextDue(db));
  return claims;
}

Status ExpireLeases(Connection& db, absl::Time now) {
  Query expire(db, "UPDATE tasks SET due_time_us = ? WHERE state = ?", absl::ToUnixMicros(now),
               v1::TASK_STATE_RUNNING);
  return expire.Finish();
}

StatusOr<bool> RenewLease(Connection& db, const Lease& lease, absl::Time lease_end) {
  Query renew(db, "UPDATE tasks SET due_time_us = ? WHERE id = ? AND state = ? AND attempts = ?",
              absl::ToUnixMicros(lease_end), lease.task_id, v1::TASK_STATE_RUNNING, lease.attempt);
  TRY(renew.Finish());
  return db.changes() == 1;
}

StatusOr<size_t> PruneTasks(Connection& db, absl::Time ended_before, size_t limit) {
  struct Ended {
    int64_t id;
    int64_t kind;
    std::string request_id;
  };
  std::vector<Ended> ended;
  {
    Query query(db,
                "SELECT id, kind, request_id FROM tasks WHERE due_time_us IS NULL AND update_time_us < ? "
                "ORDER BY update_time_us LIMIT ?",
                absl::ToUnixMicros(ended_before), static_cast<int64_t>(limit));
    for (;;) {
      TRY(const bool row, query.Next());
      if (!row) break;
      ended.push_back({query.Int(0), query.Int(1), query.Text(2)});
    }
  }
  for (const Ended& task : ended) {
    TRY(Query(db, "DELETE FROM effects WHERE task_id = ?", task.id).Finish());
    TRY(Query(db, "DELETE FROM tasks WHERE id = ?", task.id).Finish());
    if (task.request_id.empty()) continue;
    Query forget(db,
                 "DELETE FROM requests WHERE kind = ? AND request_id = ? AND NOT EXISTS(SELECT 1 FROM tasks "
                 "WHERE id >= first_task_id AND id < first_task_id + task_count)",
                 task.kind, task.request_id);
    TRY(forget.Finish());
  }
  return ended.size();
}

Status SucceedTask(Connection& db, const Lease& lease, const std::string& effect, absl::Time now) {
  TRY(EndTask(db, lease, v1::TASK_STATE_SUCCEEDED, "", now));
  Query record(db, "INSERT INTO effects(task_id, effect, time_us) VALUES(?, ?, ?)", lease.task_id, effect,
               absl::ToUnixMicros(now));
  return record.Finish();
}

Status FailTask(Connection& db, const Lease& lease, std::string_view error, absl::Time now) {
  return EndTask(db, lease, v1::TASK_STATE_FAILED, error, now);
}

Status RetryTask(Connection& db, const Lease& lease, std::string_view error, absl::Time next_attempt,
                 absl::Time now) {
  Query update(db,
               "UPDATE tasks SET state = ?, error = ?, update_time_us = ?, due_time_us = ? "
               "WHERE id = ? AND state = ? AND attempts = ?",
               v1::TASK_STATE_QUEUED, error, absl::ToUnixMicros(now), absl::ToUnixMicros(next_attempt), lease.task_id,
               v1::TASK_STATE_RUNNING, lease.attempt);
  TRY(update.Finish());
  return RequireHeld(db, lease);
}

Status ReleaseTask(Connection& db, const Lease& lease, absl::Time now) {
  Query update(db,
               "UPDATE tasks SET state = ?, attempts = attempts - 1, update_time_us = ?, due_time_us = ? "
               "WHERE id = ? AND state = ? AND attempts = ?",
               v1::TASK_STATE_QUEUED, absl::ToUnixMicros(now), absl::ToUnixMicros(now), lease.task_id,
               v1::TASK_STATE_RUNNING, lease.attempt);
  TRY(update.Finish());
  return RequireHeld(db, lease);
}

}  // namespace minato::task

// The tasks in their database: the queue, and what is known of tasks that ended. Every function runs inside
// Database::Write or Read.
//
// A task is claimed under a lease: until it ends, nobody else runs the task. Who holds it is told by the number
// of the attempt, so whoever comes back with a lease that another one has taken over changes nothing.
#pragma once

#include <span>

#include "minato/task/v1/task.pb.h"
#include "server/backends/sqlite/connection.h"

namespace minato::task {

// For Database::Open.
std::span<const char* const> Migrations();

struct NewTasks {
  v1::TaskKind kind = v1::TASK_KIND_UNSPECIFIED;
  std::vector<std::string> inputs;  // one task each
  std::string request_id;           // may be empty
  int32_t attempts_max = 0;
};

// The ids, in order. A second call with the same kind and request_id answers what the first one did.
// RESOURCE_EXHAUSTED if more than `unfinished_max` tasks would wait or run.
StatusOr<std::vector<int64_t>> InsertTasks(sqlite::Connection& db, const NewTasks& tasks, int64_t unfinished_max,
                                           absl::Time now);

// NOT_FOUND if there is no such task.
StatusOr<v1::Task> FindTask(sqlite::Connection& db, int64_t id);

// By descending id, those below `before_id`, at most `limit`; of one state unless it is unspecified.
StatusOr<std::vector<v1::Task>> ListTasks(sqlite::Connection& db, v1::TaskState state, int64_t before_id,
                                          int64_t limit);

struct Lease {
  int64_t task_id = 0;
  int32_t attempt = 0;  // 1 for the first
  bool operator==(const Lease&) const = default;
};

// A task that a worker has claimed.
struct ClaimedTask {
  Lease lease;
  int32_t attempts_max = 0;
  v1::TaskKind kind = v1::TASK_KIND_UNSPECIFIED;
  absl::Time create_time;
  std::string input;
};

struct Claims {
  std::vector<ClaimedTask> tasks;
  absl::Time next_due = absl::InfiniteFuture();  // of the tasks that are left: their next attempt, or their lease's end
};

// Takes the tasks that are due, longest due first, at most `limit`. A task whose last attempt lost its lease fails.
StatusOr<Claims> ClaimTasks(sqlite::Connection& db, size_t limit, absl::Duration lease, absl::Time now);

// Ends every lease. For the start of the only process that works on the database: whoever held them is gone.
Status ExpireLeases(sqlite::Connection& db, absl::Time now);

// False when the lease was lost meanwhile.
StatusOr<bool> RenewLease(sqlite::Connection& db, const Lease& lease, absl::Time lease_end);

// Forgets tasks that ended before `ended_before`, longest ended first and at most `limit`, with their effects, and
// request ids of which no task is left. How many tasks.
StatusOr<size_t> PruneTasks(sqlite::Connection& db, absl::Time ended_before, size_t limit);

// The four ways in which a worker gives a task back. ABORTED when the lease was lost: nothing has changed then.
Status SucceedTask(sqlite::Connection& db, const Lease& lease, const std::string& effect, absl::Time now);
Status FailTask(sqlite::Connection& db, const Lease& lease, std::string_view error, absl::Time now);
Status RetryTask(sqlite::Connection& db, const Lease& lease, std::string_view error, absl::Time next_attempt,
                 absl::Time now);
Status ReleaseTask(sqlite::Connection& db, const Lease& lease, absl::Time now);  // as if it had not been claimed

}  // namespace minato::task

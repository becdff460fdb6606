// The workers of the task queue: coroutines on one executor, a bounded number at a time, that claim tasks, run
// them and record how that ended.
//
// At least once: a task is done when its end is on disk, together with what it leaves behind. A worker that is
// lost on the way loses its lease, and another one begins again.
#pragma once

#include <list>

#include "runtime/event.h"
#include "runtime/scope.h"
#include "server/backends/sqlite/database.h"
#include "server/services/task/task_store.h"
#include "telemetry/metrics.h"

namespace minato::task {

struct WorkersConfig {
  size_t running_max = 32;
  absl::Duration lease = absl::Seconds(30);  // extended every third of it while the task runs
  absl::Duration attempt_timeout = absl::Minutes(5);
  absl::Duration retry_pause_first = absl::Seconds(1);  // doubled by each further attempt
  absl::Duration retry_pause_max = absl::Minutes(5);
  absl::Duration retention = absl::Hours(7 * 24);  // how long a task is kept after its end; zero: for ever
  absl::Duration prune_interval = absl::Minutes(10);
  size_t prune_batch_max = 500;  // tasks forgotten in one transaction; others get in between
};

// What tasks do.
class Runner {
 public:
  virtual ~Runner() = default;

  // The effect, a line that is recorded once per task whatever number of attempts it takes. Errors that another
  // attempt would only repeat (INVALID_ARGUMENT, FAILED_PRECONDITION and their like) end the task, others are
  // retried. `task` outlives the call.
  virtual Task<StatusOr<std::string>> Run(const ClaimedTask& task) = 0;
};

// How long to wait after failed attempt number `attempt` (from 1): doubling, and up to a quarter more that depends
// on the task, so that tasks which failed together do not come back together.
absl::Duration RetryPause(const WorkersConfig& config, int32_t attempt, int64_t task_id);

// Belongs to the executor on which Run runs, where not said otherwise.
class TaskWorkers {
 public:
  // Both outlive it.
  TaskWorkers(const WorkersConfig& config, sqlite::Database& database, Runner& runner);

  // Ends after Drain. Once, and in one process at a time: it begins by ending the leases of earlier ones.
  // An error tells of an exception in the workers themselves.
  Task<Status> Run();

  // There are new tasks. Any thread; nothing happens before and after Run.
  void Wake();

  // Claims nothing more. What runs may end within `bound`; then it is cancelled and its tasks go back to the queue.
  void Drain(absl::Duration bound);

  void Register(MetricsRegistry& metrics) const;

 private:
  struct Attempt;
  class Doorbell : public Work {
   public:
    explicit Doorbell(TaskWorkers& workers) : Work(&OnPosted), workers(workers) {}
    TaskWorkers& workers;
    std::atomic<bool> ringing{false};

   private:
    static void OnPosted(Work& work);
  };
  class DueAlarm : public Timer {
   public:
    explicit DueAlarm(TaskWorkers& workers) : Timer(&OnTimer), workers(workers) {}
    TaskWorkers& workers;

   private:
    static void OnTimer(Timer& timer);
  };

  Task<Status> ExpireLeasesOfTheDead();
  Task<void> Dispatch(Scope& attempts);
  Task<StatusOr<Claims>> ClaimDue();
  Task<void> RunAttempt(ClaimedTask task);
  Task<StatusOr<std::string>> RunCatching(const ClaimedTask& task);
  Task<Status> Settle(const Attempt& attempt, const StatusOr<std::string>& effect);
  Task<void> KeepLeases();
  Task<Status> RenewLeases();
  Task<void> PruneNowAndThen();
  Task<Status> PruneOutlived();
  Task<void> CancelAfter(absl::Duration bound);

  const WorkersConfig config_;
  sqlite::Database& database_;
  Runner& runner_;

  std::atomic<Executor*> home_{nullptr};  // while Run runs
  Doorbell doorbell_{*this};
  DueAlarm due_alarm_{*this};
  Event wanted_;           // the dispatcher has something to do
  bool more_due_ = false;  // tasks are known to wait for a worker
  bool draining_ = false;
  absl::Duration drain_bound_;
  std::list<Attempt*> running_;

  Gauge in_flight_;
  Counter succeeded_;
  Counter failed_;
  Counter retried_;
  Counter leases_lost_;
  Counter pruned_;
};

}  // namespace minato::task

#include "server/services/task/workers.h"

#include <algorithm>

#include "runtime/exception.h"
#include "runtime/sleep.h"
#include "telemetry/log.h"

namespace minato::task {
namespace {

constexpr absl::Duration kPauseAfterFailedClaim = absl::Seconds(1);

// Whether another attempt would only repeat it.
bool IsForGood(const Status& status) {
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
    case StatusCode::kAlreadyExists:
    case StatusCode::kPermissionDenied:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kOutOfRange:
    case StatusCode::kUnimplemented:
    case StatusCode::kDataLoss:
    case StatusCode::kUnauthenticated:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::Duration RetryPause(const WorkersConfig& config, int32_t attempt, int64_t task_id) {
  absl::Duration pause = config.retry_pause_first;
  for (int32_t i = 1; i < attempt && pause < config.retry_pause_max; ++i) pause *= 2;
  pause = std::min(pause, config.retry_pause_max);
  const uint64_t spread = static_cast<uint64_t>(task_id) * 0x9E3779B97F4A7C15u >> 56;  // 0 to 255
  return pause + pause * static_cast<double>(spread) / 1024;
}

// One run of one task, while it runs.
struct TaskWorkers::Attempt {
  const ClaimedTask task;
  const absl::Time time_limit;
  // Why it was cancelled, which decides what becomes of the task.
  enum class End { kByItself, kTimeLimit, kLeaseLost, kDrained };
  End end = End::kByItself;
  CancelSource cancel = {};

  void Cancel(End why, Status reason) {
    if (end != End::kByItself) return;
    end = why;
    cancel.Cancel(std::move(reason));
  }
};

TaskWorkers::TaskWorkers(const WorkersConfig& config, sqlite::Database& database, Runner& runner)
    : config_(config), database_(database), runner_(runner) {}

void TaskWorkers::Doorbell::OnPosted(Work& work) {
  auto& self = static_cast<Doorbell&>(work);
  // First, so that whoever enqueues from here on rings again.
  self.ringing.store(false);
  self.workers.wanted_.Set();
}

void TaskWorkers::DueAlarm::OnTimer(Timer& timer) { static_cast<DueAlarm&>(timer).workers.wanted_.Set(); }

void TaskWorkers::Wake() {
  Executor* const home = home_.load();
  if (home != nullptr && !doorbell_.ringing.exchange(true)) home->Post(doorbell_);
}

void TaskWorkers::Drain(absl::Duration bound) {
  draining_ = true;
  drain_bound_ = bound;
  wanted_.Set();
}

void TaskWorkers::Register(MetricsRegistry& metrics) const {
  metrics.Add("tasks.in_flight", in_flight_);
  metrics.Add("tasks.succeeded", succeeded_);
  metrics.Add("tasks.failed", failed_);
  metrics.Add("tasks.retried", retried_);
  metrics.Add("tasks.leases_lost", leases_lost_);
  metrics.Add("tasks.pruned", pruned_);
}

Task<Status> TaskWorkers::Run() {
  const TaskContext& context = co_await CurrentContext();
  home_.store(context.home);
  Scope upkeep(context);
  Scope attempts(context);
  const Status expired = co_await ExpireLeasesOfTheDead();
  if (!expired.ok()) Log::Warning("tasks of an earlier process wait for their leases' end: {}", MessageOf(expired));
  upkeep.Spawn(KeepLeases());
  if (config_.retention > absl::ZeroDuration()) upkeep.Spawn(PruneNowAndThen());
  co_await Dispatch(attempts);
  home_.store(nullptr);
  upkeep.Spawn(CancelAfter(drain_bound_));
  const Status attempted = co_await attempts.Join();
  upkeep.Cancel(Cancelled("the workers have ended"));
  const Status kept = co_await upkeep.Join();
  co_return attempted.ok() ? kept : attempted;
}

Task<Status> TaskWorkers::ExpireLeasesOfTheDead() {
  const TaskContext& context = co_await CurrentContext();
  co_return co_await database_.Write(
      [now = context.home->Now()](sqlite::Connection& db) { return ExpireLeases(db, now); });
}

Task<void> TaskWorkers::Dispatch(Scope& attempts) {
  const TaskContext& context = co_await CurrentContext();
  while (!draining_) {
    wanted_.Reset();
    absl::Time next = absl::InfiniteFuture();
    if (running_.size() < config_.running_max) {
      StatusOr<Claims> claims = co_await ClaimDue();
      if (claims.ok()) {
        next = claims->next_due;
        for (ClaimedTask& task : claims->tasks) attempts.Spawn(RunAttempt(std::move(task)));
      } else {
        Log::Warning("tasks cannot be claimed: {}", MessageOf(claims.status()));
        next = context.home->Now() + kPauseAfterFailedClaim;
      }
    }
    // With every worker busy, the next one that is free asks for more.
    more_due_ = running_.size() >= config_.running_max;
    if (!more_due_ && next != absl::InfiniteFuture()) context.home->timers().Arm(due_alarm_, next);
    const Status waited = co_await wanted_.Wait();
    context.home->timers().Disarm(due_alarm_);
    if (!waited.ok()) co_return;
  }
}

Task<StatusOr<Claims>> TaskWorkers::ClaimDue() {
  const TaskContext& context = co_await CurrentContext();
  auto claim = [limit = config_.running_max - running_.size(), lease = config_.lease,
                now = context.home->Now()](sqlite::Connection& db) { return ClaimTasks(db, limit, lease, now); };
  co_return co_await database_.Write(std::move(claim));
}

Task<void> TaskWorkers::RunAttempt(ClaimedTask task) {
  const TaskContext& context = co_await CurrentContext();
  const Gauge::Held in_flight(in_flight_);
  Attempt attempt{.task = std::move(task), .time_limit = context.home->Now() + config_.attempt_timeout};
  const auto place = running_.insert(running_.end(), &attempt);

  const TaskContext own{context.home, attempt.cancel.token(), attempt.time_limit};
  const StatusOr<std::string> effect =
      co_await InContext<StatusOr<std::string>>(own, RunCatching(attempt.task));
  const Status settled = co_await Settle(attempt, effect);
  if (!settled.ok()) {
    // It runs again when the lease ends.
    Log::Warning("task {}: the end of attempt {} is not recorded: {}", attempt.task.lease.task_id, attempt.task.lease.attempt,
                 MessageOf(settled));
  }
  running_.erase(place);
  if (more_due_) wanted_.Set();
}

Task<StatusOr<std::string>> TaskWorkers::RunCatching(const ClaimedTask& task) {
  try {
    co_return co_await runner_.Run(task);
  } catch (...) {
    co_return StatusOfException();
  }
}

Task<Status> TaskWorkers::Settle(const Attempt& attempt, const StatusOr<std::string>& effect) {
  const TaskContext& context = co_await CurrentContext();
  const absl::Time now = context.home->Now();
  const Lease lease = attempt.task.lease;
  if (effect.ok()) {
    succeeded_.Add();
    co_return co_await database_.Write(
        [lease, effect = *effect, now](sqlite::Connection& db) { return SucceedTask(db, lease, effect, now); });
  }
  if (attempt.end == Attempt::End::kLeaseLost) co_return effect.status();
  if (attempt.end == Attempt::End::kDrained) {
    co_return co_await database_.Write([lease, now](sqlite::Connection& db) { return ReleaseTask(db, lease, now); });
  }
  const std::string error(MessageOf(effect.status()));
  if (IsForGood(effect.status()) || lease.attempt >= attempt.task.attempts_max) {
    failed_.Add();
    Log::Error("task {} has failed in attempt {} of {}: {}", lease.task_id, lease.attempt, attempt.task.attempts_max, error);
    co_return co_await database_.Write(
        [lease, error, now](sqlite::Connection& db) { return FailTask(db, lease, error, now); });
  }
  retried_.Add();
  const absl::Duration pause = RetryPause(config_, lease.attempt, lease.task_id);
  Log::Warning("task {}: attempt {} of {} failed, the next is in {}: {}", lease.task_id, lease.attempt, attempt.task.attempts_max,
               absl::FormatDuration(pause), error);
  const Status retried = co_await database_.Write(
      [lease, error, next = now + pause, now](sqlite::Connection& db) { return RetryTask(db, lease, error, next, now); });
  // The dispatcher's alarm may be set for later than that.
  wanted_.Set();
  co_return retried;
}

Task<void> TaskWorkers::KeepLeases() {
  const TaskContext& context = co_await CurrentContext();
  for (;;) {
    const Status slept = co_await Sleep(config_.lease / 3);
    if (!slept.ok()) co_return;
    for (Attempt* attempt : running_) {
      if (attempt->time_limit > context.home->Now()) continue;
      attempt->Cancel(Attempt::End::kTimeLimit,
                      DeadlineExceeded("the attempt took longer than {}", absl::FormatDuration(config_.attempt_timeout)));
    }
    const Status renewed = co_await RenewLeases();
    if (!renewed.ok()) Log::Warning("the leases of running tasks are not extended: {}", MessageOf(renewed));
  }
}

Task<Status> TaskWorkers::RenewLeases() {
  if (running_.empty()) co_return OkStatus();
  const TaskContext& context = co_await CurrentContext();
  std::vector<Lease> leases;
  for (const Attempt* attempt : running_) leases.push_back(attempt->task.lease);
  auto renew = [leases = std::move(leases), end = context.home->Now() + config_.lease](
                   sqlite::Connection& db) -> StatusOr<std::vector<Lease>> {
    std::vector<Lease> lost;
    for (const Lease& lease : leases) {
      TRY(const bool renewed, RenewLease(db, lease, end));
      if (!renewed) lost.push_back(lease);
    }
    return lost;
  };
  CO_TRY(const std::vector<Lease> lost, co_await database_.Write(std::move(renew)));
  // One that has settled meanwhile has no lease either, and is past being cancelled.
  for (Attempt* attempt : running_) {
    if (std::find(lost.begin(), lost.end(), attempt->task.lease) == lost.end()) continue;
    leases_lost_.Add();
    attempt->Cancel(Attempt::End::kLeaseLost, Aborted("the lease was lost"));
  }
  co_return OkStatus();
}

Task<void> TaskWorkers::PruneNowAndThen() {
  const TaskContext& context = co_await CurrentContext();
  for (;;) {
    const Status pruned = co_await PruneOutlived();
    if (context.cancel.cancelled()) co_return;
    if (!pruned.ok()) Log::Warning("finished tasks are kept for now: {}", MessageOf(pruned));
    const Status slept = co_await Sleep(config_.prune_interval);
    if (!slept.ok()) co_return;
  }
}

Task<Status> TaskWorkers::PruneOutlived() {
  const TaskContext& context = co_await CurrentContext();
  const absl::Time ended_before = context.home->Now() - config_.retention;
  for (;;) {
    auto prune = [ended_before, limit = config_.prune_batch_max](sqlite::Connection& db) {
      return PruneTasks(db, ended_before, limit);
    };
    CO_TRY(const size_t pruned, co_await database_.Write(std::move(prune)));
    pruned_.Add(static_cast<int64_t>(pruned));
    if (pruned < config_.prune_batch_max) co_return OkStatus();
  }
}

Task<void> TaskWorkers::CancelAfter(absl::Duration bound) {
  const Status slept = co_await Sleep(bound);
  if (!slept.ok()) co_return;
  for (Attempt* attempt : running_) attempt->Cancel(Attempt::End::kDrained, Cancelled("the workers are ending"));
}

}  // namespace minato::task

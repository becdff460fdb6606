#include "server/services/task/enqueue.h"

#include "server/call/error_details.h"
#include "server/services/standard_fields.h"
#include "server/services/task/task_store.h"

namespace minato::task {

Task<StatusOr<std::vector<int64_t>>> Enqueue(TaskEnv& env, v1::TaskKind kind, std::string request_id,
                                             std::vector<std::string> inputs) {
  CO_TRY(CheckRequestId(request_id));
  const TaskContext& context = co_await CurrentContext();
  NewTasks tasks{.kind = kind,
                 .inputs = std::move(inputs),
                 .request_id = std::move(request_id),
                 .attempts_max = env.config.attempts_max};
  auto insert = [tasks = std::move(tasks), unfinished_max = env.config.unfinished_max,
                 now = context.home->Now()](sqlite::Connection& db) {
    return InsertTasks(db, tasks, unfinished_max, now);
  };
  CO_TRY(std::vector<int64_t> ids, co_await env.database->Write(std::move(insert)));
  env.workers.Wake();
  co_return ids;
}

Task<StatusOr<int64_t>> EnqueueOne(TaskEnv& env, v1::TaskKind kind, std::string request_id, std::string input) {
  std::vector<std::string> inputs;
  inputs.push_back(std::move(input));
  CO_TRY(const std::vector<int64_t> ids, co_await Enqueue(env, kind, std::move(request_id), std::move(inputs)));
  co_return ids.front();
}

Status CheckInputSize(std::string_view field, size_t bytes) {
  if (bytes <= kInputBytesMax) return OkStatus();
  return BadField(field, fmt::format("has {} bytes, the limit is {}", bytes, kInputBytesMax));
}

}  // namespace minato::task

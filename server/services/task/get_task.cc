#include "minato/task/v1/task.minato.h"
#include "server/services/task/env.h"
#include "server/services/task/task_store.h"

namespace minato::task {

Task<StatusOr<v1::Task>> GetTask(TaskEnv& env, CallContext&, const v1::GetTaskRequest& request) {
  co_return co_await env.database->Read([id = request.id()](sqlite::Connection& db) { return FindTask(db, id); });
}

}  // namespace minato::task

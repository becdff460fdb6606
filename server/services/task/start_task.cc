#include "minato/task/v1/task.minato.h"
#include "server/services/task/enqueue.h"

namespace minato::task {

Task<StatusOr<v1::StartTaskResponse>> StartTask(TaskEnv& env, CallContext& call,
                                                const v1::StartTaskRequest& request) {
  CO_TRY(const int64_t id, co_await EnqueueOne(env, v1::TASK_KIND_DEMO, request.request_id(), ""));
  call.SetHttpStatus(202);
  v1::StartTaskResponse response;
  response.set_message("Task started");
  response.set_task_id(id);
  co_return response;
}

}  // namespace minato::task

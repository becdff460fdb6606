#include "minato/task/v1/task.minato.h"
#include "server/call/error_details.h"
#include "server/services/task/enqueue.h"

namespace minato::task {

Task<StatusOr<v1::EnqueueTaskResponse>> EnqueueTask(TaskEnv& env, CallContext& call,
                                                    const v1::EnqueueTaskRequest& request) {
  if (!request.has_payload()) co_return BadField("payload", "is required, and may be {}");
  CO_TRY(CheckInputSize("payload", request.payload().ByteSizeLong()));
  CO_TRY(const int64_t id, co_await EnqueueOne(env, v1::TASK_KIND_PAYLOAD, request.request_id(),
                                               request.payload().SerializeAsString()));
  call.SetHttpStatus(202);
  v1::EnqueueTaskResponse response;
  response.set_message("Task enqueued");
  response.set_task_id(id);
  co_return response;
}

}  // namespace minato::task

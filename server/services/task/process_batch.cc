#include "minato/task/v1/task.minato.h"
#include "server/call/error_details.h"
#include "server/services/task/enqueue.h"

namespace minato::task {
namespace {

constexpr int kBatchesMax = 1000;

StatusOr<std::vector<std::string>> InputsOf(const v1::ProcessBatchRequest& request) {
  if (request.batches_size() > kBatchesMax) {
    return BadField("batches",
                    fmt::format("has {} elements, must have at most {}", request.batches_size(), kBatchesMax));
  }
  std::vector<std::string> inputs;
  for (const google::protobuf::Value& batch : request.batches()) {
    TRY(CheckInputSize(fmt::format("batches[{}]", inputs.size()), batch.ByteSizeLong()));
    inputs.push_back(batch.SerializeAsString());
  }
  return inputs;
}

}  // namespace

Task<StatusOr<v1::ProcessBatchResponse>> ProcessBatch(TaskEnv& env, CallContext& call,
                                                      const v1::ProcessBatchRequest& request) {
  CO_TRY(std::vector<std::string> inputs, InputsOf(request));
  CO_TRY(const std::vector<int64_t> ids,
         co_await Enqueue(env, v1::TASK_KIND_BATCH, request.request_id(), std::move(inputs)));
  call.SetHttpStatus(202);
  v1::ProcessBatchResponse response;
  response.set_message("Batches are being processed");
  response.mutable_task_ids()->Add(ids.begin(), ids.end());
  co_return response;
}

}  // namespace minato::task

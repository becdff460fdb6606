// How a call becomes tasks.
#pragma once

#include "minato/task/v1/task.pb.h"
#include "runtime/task.h"
#include "server/services/task/env.h"

namespace minato::task {

inline constexpr size_t kInputBytesMax = 256 * 1024;

// One task for each of `inputs`, on disk when this answers. A repeated request_id answers the tasks of the first
// call. INVALID_ARGUMENT for a bad request_id, RESOURCE_EXHAUSTED when the queue is full.
Task<StatusOr<std::vector<int64_t>>> Enqueue(TaskEnv& env, v1::TaskKind kind, std::string request_id,
                                             std::vector<std::string> inputs);

// The same for a call that makes one task.
Task<StatusOr<int64_t>> EnqueueOne(TaskEnv& env, v1::TaskKind kind, std::string request_id, std::string input);

// INVALID_ARGUMENT if the message in `field` is larger than a task may be.
Status CheckInputSize(std::string_view field, size_t bytes);

}  // namespace minato::task

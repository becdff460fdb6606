#include <limits>

#include "minato/task/v1/task.minato.h"
#include "server/call/error_details.h"
#include "server/services/standard_fields.h"
#include "server/services/task/env.h"
#include "server/services/task/task_store.h"

namespace minato::task {

Task<StatusOr<v1::ListTasksResponse>> ListTasks(TaskEnv& env, CallContext&, const v1::ListTasksRequest& request) {
  const v1::TaskState state = request.state();
  if (!v1::TaskState_IsValid(state)) co_return BadField("state", fmt::format("{} is no state", static_cast<int>(state)));
  const std::string list = fmt::format("tasks in state {}", static_cast<int>(state));
  CO_TRY(const int64_t size, PageSize(request.page_size()));
  CO_TRY(const int64_t before, ParsePageToken(list, request.page_token(), std::numeric_limits<int64_t>::max()));
  // One more than asked for tells whether there is a further page.
  auto read = [state, before, size](sqlite::Connection& db) { return ListTasks(db, state, before, size + 1); };
  CO_TRY(std::vector<v1::Task> tasks, co_await env.database->Read(std::move(read)));

  v1::ListTasksResponse response;
  const bool more = tasks.size() > static_cast<size_t>(size);
  if (more) tasks.pop_back();
  for (v1::Task& task : tasks) *response.add_tasks() = std::move(task);
  if (more) response.set_next_page_token(MakePageToken(list, response.tasks().rbegin()->id()));
  co_return response;
}

}  // namespace minato::task

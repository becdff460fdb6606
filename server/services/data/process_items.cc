#include <algorithm>

#include "minato/data/v1/data.minato.h"
#include "runtime/scope.h"
#include "runtime/sleep.h"
#include "server/call/error_details.h"
#include "server/services/data/env.h"

namespace minato::data {
namespace {

constexpr int kItemsMax = 10'000;

// One of those who take the next item until none is left. `next` is theirs together.
Task<Status> ProcessSome(int& next, int count, absl::Duration item_duration) {
  while (next < count) {
    ++next;
    CO_TRY(co_await Sleep(item_duration));
  }
  co_return OkStatus();
}

}  // namespace

Task<StatusOr<v1::ProcessItemsResponse>> ProcessItems(DataEnv& env, CallContext& call,
                                                      const v1::ProcessItemsRequest& request) {
  const int count = request.items_size();
  if (count > kItemsMax) {
    co_return BadField("items",
                       fmt::format("has {} elements, must have at most {}", count, kItemsMax));
  }
  const int at_once = std::min(count, static_cast<int>(env.config.items_parallel_max));
  int next = 0;
  Scope scope(call.task());
  for (int i = 0; i < at_once; ++i) {
    scope.Spawn(ProcessSome(next, count, env.config.item_duration));
  }
  CO_TRY(co_await scope.Join());
  CO_TRY(call.cancel().reason());

  call.SetHttpStatus(202);
  v1::ProcessItemsResponse response;
  response.set_message("Data processed");
  response.set_processed_count(count);
  co_return response;
}

}  // namespace minato::data

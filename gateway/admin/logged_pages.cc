#include "gateway/admin/logged_pages.h"

#include "gateway/access_log/logged_stream.h"
#include "gateway/filters/managed_head.h"
#include "gateway/filters/noted_head.h"

namespace minato::gateway {

Task<void> LoggedPages::Serve(ClientStream& stream) {
  const TaskContext& context = co_await CurrentContext();
  LoggedStream logged(stream, context, {});
  {
    ManagedStream managed(logged, {.client_address = {.use_remote_address = true},
                                   .generate_request_id = false,
                                   .own_ip = own_ip_});
    const NotedHead noted(managed.access_log(), managed.head());
    co_await pages_.Serve(managed);
  }
  logs_.Write(logged.Finish());
}

void LoggedPages::Refused(const RefusedRequest& request) { logs_.Write(RecordOf(request, {})); }

}  // namespace minato::gateway

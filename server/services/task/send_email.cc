#include "minato/task/v1/task.minato.h"
#include "server/call/error_details.h"
#include "server/services/email_address.h"
#include "server/services/task/enqueue.h"

namespace minato::task {
namespace {

constexpr size_t kSubjectBytesMax = 998;

Status Check(const v1::SendEmailRequest& request) {
  if (request.to().empty()) return BadField("to", "is required");
  if (!IsEmailAddress(request.to())) return BadField("to", "is no mail address such as ann@example.com");
  if (request.subject().find_first_of("\r\n") != std::string::npos) {
    return BadField("subject", "holds a line break");
  }
  if (request.subject().size() > kSubjectBytesMax) {
    return BadField("subject",
                    fmt::format("has {} bytes, the limit is {}", request.subject().size(), kSubjectBytesMax));
  }
  return CheckInputSize("body", request.body().size());
}

}  // namespace

Task<StatusOr<v1::SendEmailResponse>> SendEmail(TaskEnv& env, CallContext& call,
                                                const v1::SendEmailRequest& request) {
  CO_TRY(Check(request));
  CO_TRY(const int64_t id, co_await EnqueueOne(env, v1::TASK_KIND_EMAIL, request.request_id(),
                                               request.SerializeAsString()));
  call.SetHttpStatus(202);
  v1::SendEmailResponse response;
  response.set_message("Email is being sent");
  response.set_task_id(id);
  co_return response;
}

}  // namespace minato::task

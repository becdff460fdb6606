#include "server/services/task/task_runner.h"

#include <google/protobuf/struct.pb.h>

#include "server/services/task/mail.h"
#include "telemetry/log.h"

namespace minato::task {
namespace {

template <typename Message>
StatusOr<Message> Parse(const ClaimedTask& task) {
  Message message;
  if (!message.ParseFromString(task.input)) return DataLoss("the input on disk is damaged");
  return message;
}

StatusOr<std::string> ProcessPayload(const ClaimedTask& task) {
  TRY(const auto payload, Parse<google::protobuf::Struct>(task));
  return fmt::format("payload of {} fields", payload.fields_size());
}

StatusOr<std::string> ProcessBatch(const ClaimedTask& task) {
  TRY(const auto batch, Parse<google::protobuf::Value>(task));
  using google::protobuf::Value;
  switch (batch.kind_case()) {
    case Value::kNumberValue: return std::string("batch: a number");
    case Value::kStringValue: return std::string("batch: a string");
    case Value::kBoolValue: return std::string("batch: a boolean");
    case Value::kStructValue: return fmt::format("batch of {} fields", batch.struct_value().fields_size());
    case Value::kListValue: return fmt::format("batch of {} items", batch.list_value().values_size());
    default: return std::string("batch: null");
  }
}

}  // namespace

Task<StatusOr<std::string>> TaskRunner::Run(const ClaimedTask& task) {
  switch (task.kind) {
    case v1::TASK_KIND_PAYLOAD: co_return ProcessPayload(task);
    case v1::TASK_KIND_EMAIL: co_return co_await SendMail(task);
    case v1::TASK_KIND_BATCH: co_return ProcessBatch(task);
    case v1::TASK_KIND_DEMO: co_return FailedPrecondition("the demonstration task fails, as it is meant to");
    default: co_return Unimplemented("nobody knows how to run a task of kind {}", static_cast<int>(task.kind));
  }
}

Task<StatusOr<std::string>> TaskRunner::SendMail(const ClaimedTask& task) {
  CO_TRY(v1::SendEmailRequest request, Parse<v1::SendEmailRequest>(task));
  // The same in every attempt, so that a repeated one replaces the mail and doubles nothing. The time tells tasks
  // apart that have the same id in two databases.
  const std::string name = fmt::format("task-{}-{}", task.lease.task_id, absl::ToUnixMicros(task.create_time));
  const size_t at = mail_from_.rfind('@');
  const std::string bytes = FormatMail({.from = mail_from_,
                                        .to = request.to(),
                                        .subject = request.subject(),
                                        .body = request.body(),
                                        .message_id = name + mail_from_.substr(at),
                                        .date = task.create_time});
  const std::string file = name + ".eml";
  const Status put = co_await spool_.Put(file, bytes);
  if (!put.ok()) {
    // Its text names the folder, which is no business of the clients that ask for the task.
    Log::Error("task {}: {}", task.lease.task_id, MessageOf(put));
    co_return Error(put.code(), "the mail could not be written; the server's log says why");
  }
  co_return "mail in the spool as " + file;
}

}  // namespace minato::task

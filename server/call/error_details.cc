#include "server/call/error_details.h"

#include <absl/strings/match.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace minato {
namespace {

constexpr std::string_view kTypePrefix = "type.googleapis.com/";

}  // namespace

Status WithDetail(Status status, const google::protobuf::Message& detail) {
  // As a view: clang and the GCC that built Abseil mangle Cord(std::string&&) differently.
  const std::string bytes = detail.SerializeAsString();
  status.SetPayload(std::string(kTypePrefix) + detail.GetDescriptor()->full_name(),
                    absl::Cord(absl::string_view(bytes)));
  return status;
}

Status WithReason(Status status, std::string_view reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain("minato");
  return WithDetail(std::move(status), info);
}

Status BadField(std::string_view field, std::string_view description) {
  google::rpc::BadRequest bad;
  auto& violation = *bad.add_field_violations();
  violation.set_field(std::string(field));
  violation.set_description(std::string(description));
  return WithDetail(InvalidArgument("{}: {}", field, description), bad);
}

std::string SerializedDetails(const Status& status) {
  google::rpc::Status message;
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    if (!absl::StartsWith(type_url, absl::string_view(kTypePrefix.data(), kTypePrefix.size()))) return;
    auto& any = *message.add_details();
    any.set_type_url(std::string(type_url));
    any.set_value(std::string(payload));
  });
  if (message.details().empty()) return {};
  message.set_code(static_cast<int>(status.code()));
  message.set_message(std::string(MessageOf(status)));
  return message.SerializeAsString();
}

}  // namespace minato

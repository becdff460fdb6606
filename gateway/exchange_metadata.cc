#include <absl/strings/escaping.h>
#include <google/protobuf/any.pb.h>

#include "gateway/error_details.h"
#include "gateway/exchange_call.h"
#include "gateway/field_violation.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "runtime/check.h"

namespace minato::gateway {
namespace {

constexpr std::string_view kHttpStatus = "minato-http-status";

// Names that say something about a gRPC hop or about our own connection, not about the answer.
bool StaysBehind(std::string_view name) {
  return name.starts_with("grpc-") || name.starts_with(':') || name == kHttpStatus || name == "content-type" ||
         name == "content-length" || name == "transfer-encoding" || name == "connection" ||
         name == "keep-alive" || name == "te" || name == "trailer" || name == "upgrade" || name == "date";
}

}  // namespace

std::string BadRequestDetails(const Status& status) {
  const std::optional<FieldViolation> found = FieldViolationOf(status);
  if (!found.has_value()) return {};
  google::rpc::BadRequest bad;
  auto& violation = *bad.add_field_violations();
  violation.set_field(std::string(found->field));
  violation.set_description(std::string(found->description));
  google::rpc::Status details;
  auto& any = *details.add_details();
  any.set_type_url("type.googleapis.com/google.rpc.BadRequest");
  any.set_value(bad.SerializeAsString());
  return details.SerializeAsString();
}

Task<void> Exchange::FailRequest(ClientStream& stream, const Status& status) {
  const std::string details = BadRequestDetails(status);
  co_await Fail(stream, status, details);
}

void AddMetadata(const Fields& metadata, http::Headers& headers) {
  for (const auto& [name, value] : metadata) {
    if (StaysBehind(name)) continue;
    headers.Add(name, name.ends_with("-bin") ? absl::Base64Escape(value) : value);
  }
}

int SuccessStatus(const Fields& initial_metadata) {
  for (const auto& [name, value] : initial_metadata) {
    if (name != kHttpStatus) continue;
    const bool obeyed = value.size() == 3 && value[0] == '2' && value[1] >= '0' && value[1] <= '9' &&
                        value[2] >= '0' && value[2] <= '9';
    if (obeyed) return 200 + (value[1] - '0') * 10 + (value[2] - '0');
  }
  return 200;
}

std::string Exchange::DetailsJson(std::string_view details) const {
  if (details.empty()) return {};
  const MessageTable* const any = schema_.Find("google.protobuf.Any");
  CHECK(any != nullptr, "the schema lacks google.protobuf.Any");
  return ErrorDetailsJson(*any, details, options_.print);
}

}  // namespace minato::gateway

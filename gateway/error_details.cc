#include "gateway/error_details.h"

#include <google/protobuf/any.pb.h>

#include "google/rpc/status.pb.h"
#include "runtime/check.h"
#include "runtime/status.h"

namespace minato::gateway {

std::string ErrorDetailsJson(const MessageTable& any, std::string_view status, JsonPrintOptions print) {
  google::rpc::Status parsed;
  if (status.empty() || !parsed.ParseFromArray(status.data(), static_cast<int>(status.size()))) return {};
  print.whitespace = JsonPrintOptions::Whitespace::kNone;
  print.unreadable_any = JsonPrintOptions::UnreadableAny::kBytes;
  std::string json = "[";
  for (const google::protobuf::Any& detail : parsed.details()) {
    if (json.size() > 1) json += ',';
    const absl::Status printed = WireToJson(any, detail.SerializeAsString(), print, json);
    CHECK(printed.ok(), "{}", MessageOf(printed));
  }
  return json + "]";
}

}  // namespace minato::gateway

#include <absl/strings/escaping.h>
#include <google/protobuf/any.pb.h>

#include "gateway/exchange_call.h"
#include "gateway/transcode/json_string.h"
#include "google/rpc/status.pb.h"

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
  google::rpc::Status status;
  if (details.empty() || !status.ParseFromArray(details.data(), static_cast<int>(details.size()))) return {};
  const MessageTable* const any = schema_.Find("google.protobuf.Any");
  std::string json = "[";
  for (const google::protobuf::Any& detail : status.details()) {
    if (json.size() > 1) json += ',';
    std::string printed;
    if (any != nullptr && WireToJson(*any, detail.SerializeAsString(), options_.print, printed).ok()) {
      json += printed;
    } else {
      // A type that we do not know is kept for whoever does.
      json += "{\"@type\":" + QuoteJson(detail.type_url()) +
              ",\"value\":" + QuoteJson(absl::Base64Escape(detail.value())) + "}";
    }
  }
  return json + "]";
}

}  // namespace minato::gateway

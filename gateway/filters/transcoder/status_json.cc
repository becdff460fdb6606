#include "gateway/filters/transcoder/status_json.h"

#include <absl/strings/escaping.h>
#include <absl/strings/numbers.h>
#include <absl/strings/strip.h>

#include "gateway/error_details.h"
#include "gateway/http_status.h"
#include "gateway/routing/path_unescape.h"
#include "gateway/transcode/utf8.h"
#include "gateway/upstream/grpc_metadata.h"
#include "google/rpc/status.pb.h"

namespace minato::gateway {
namespace {

constexpr uint64_t kGrpcStatusMax = 16;  // UNAUTHENTICATED, the last that has a name
constexpr uint64_t kNoNumber = ~uint64_t{0};  // What Envoy holds for a status that is none.

bool ReadDetails(const http::Headers& fields, google::rpc::Status& status) {
  const auto details = fields.Find("grpc-status-details-bin");
  if (!details.has_value()) return false;
  // Up to two signs of padding are not looked at, everything else must be as base64 is written.
  std::string_view text = *details;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  const absl::string_view unpadded(text.data(), text.size());
  std::string bytes;
  if (!absl::Base64Unescape(unpadded, &bytes) || bytes.empty()) return false;
  const std::string again = absl::Base64Escape(bytes);
  return absl::StripSuffix(absl::StripSuffix(again, "="), "=") == unpadded && status.ParseFromString(bytes);
}

}  // namespace

std::optional<uint64_t> GrpcStatusOf(const http::Headers& fields) {
  const auto text = fields.Find("grpc-status");
  uint64_t number = 0;
  if (!text.has_value() || !absl::SimpleAtoi(absl::string_view(text->data(), text->size()), &number)) {
    return std::nullopt;
  }
  if (number == kNoNumber) return std::nullopt;
  return number;
}

int HttpStatusOfGrpc(std::optional<uint64_t> grpc_status) {
  if (!grpc_status.has_value()) return 503;
  return HttpStatusOfCode(*grpc_status <= kGrpcStatusMax ? static_cast<int>(*grpc_status) : -1);
}

GrpcError GrpcErrorOf(const TranscoderTables& tables, const http::Headers& fields) {
  const CallEnd end = EndOf(fields);
  return {WithHttpStatus(end.status, HttpStatusOfGrpc(GrpcStatusOf(fields))),
          ErrorDetailsJson(tables.any(), end.details, tables.print())};
}

bool AppendStatusJson(const TranscoderTables& tables, uint64_t grpc_status, const http::Headers& fields,
                      std::string& json) {
  google::rpc::Status status;
  if (!ReadDetails(fields, status)) {
    status.Clear();
    status.set_code(static_cast<int32_t>(grpc_status));
    if (const auto message = fields.Find("grpc-message")) {
      const std::string text = Unescape(*message);
      if (Utf8Prefix(text) != text.size()) return false;
      status.set_message(text);
    }
  }
  const size_t before = json.size();
  if (WireToJson(tables.status(), status.SerializeAsString(), tables.print_status(), json).ok()) return true;
  json.resize(before);
  return false;
}

}  // namespace minato::gateway

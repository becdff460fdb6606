#include "gateway/filters/transcoder/status_json.h"

#include <absl/strings/escaping.h>
#include <absl/strings/numbers.h>

#include "gateway/error_details.h"
#include "gateway/http_status.h"
#include "gateway/routing/path_unescape.h"
#include "gateway/transcode/utf8.h"
#include "gateway/upstream/grpc_metadata.h"
#include "google/rpc/status.pb.h"

namespace minato::gateway {
namespace {

constexpr uint64_t kGrpcStatusMax = 16;  // UNAUTHENTICATED, the last that has a name

bool ReadDetails(const http::Headers& fields, google::rpc::Status& status) {
  const auto details = fields.Find("grpc-status-details-bin");
  if (!details.has_value()) return false;
  std::string bytes;
  return absl::Base64Unescape(absl::string_view(details->data(), details->size()), &bytes) &&
         status.ParseFromString(bytes);
}

}  // namespace

std::optional<uint64_t> GrpcStatusOf(const http::Headers& fields) {
  const auto text = fields.Find("grpc-status");
  uint64_t number = 0;
  if (!text.has_value() || !absl::SimpleAtoi(absl::string_view(text->data(), text->size()), &number)) {
    return std::nullopt;
  }
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

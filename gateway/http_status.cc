#include "gateway/http_status.h"

#include <array>

namespace minato::gateway {
namespace {

struct CodeEntry {
  int http_status;
  std::string_view name;
};

constexpr std::array<CodeEntry, 17> kCodes = {{
    {200, "OK"},
    {499, "CANCELLED"},
    {500, "UNKNOWN"},
    {400, "INVALID_ARGUMENT"},
    {504, "DEADLINE_EXCEEDED"},
    {404, "NOT_FOUND"},
    {409, "ALREADY_EXISTS"},
    {403, "PERMISSION_DENIED"},
    {429, "RESOURCE_EXHAUSTED"},
    {400, "FAILED_PRECONDITION"},
    {409, "ABORTED"},
    {400, "OUT_OF_RANGE"},
    {501, "UNIMPLEMENTED"},
    {500, "INTERNAL"},
    {503, "UNAVAILABLE"},
    {500, "DATA_LOSS"},
    {401, "UNAUTHENTICATED"},
}};

constexpr char kPayload[] = "minato/http-status";

bool Known(int grpc_code) { return grpc_code >= 0 && grpc_code < static_cast<int>(kCodes.size()); }

}  // namespace

int HttpStatusOfCode(int grpc_code) { return Known(grpc_code) ? kCodes[grpc_code].http_status : 500; }

int CodeOfHttpStatus(int http_status) {
  switch (http_status) {
    case 400: return 13;  // INTERNAL
    case 401: return 16;  // UNAUTHENTICATED
    case 403: return 7;   // PERMISSION_DENIED
    case 404: return 12;  // UNIMPLEMENTED
    case 429:
    case 502:
    case 503:
    case 504: return 14;  // UNAVAILABLE
    default: return 2;    // UNKNOWN
  }
}

std::string_view CodeName(int grpc_code) { return Known(grpc_code) ? kCodes[grpc_code].name : "UNKNOWN"; }

Status WithHttpStatus(Status status, int http_status) {
  status.SetPayload(kPayload, absl::Cord(absl::string_view(std::to_string(http_status))));
  return status;
}

int HttpStatusOf(const Status& status) {
  if (const auto payload = status.GetPayload(kPayload)) return std::stoi(std::string(*payload));
  return HttpStatusOfCode(static_cast<int>(status.code()));
}

}  // namespace minato::gateway

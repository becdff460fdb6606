#include "gateway/filters/local_reply.h"

#include <fmt/format.h>

namespace minato::gateway {
namespace {

// What gRPC clients make of an HTTP status (grpc: doc/http-grpc-status-mapping.md).
int GrpcCodeOf(int http_status) {
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

// gRPC over HTTP/2, "Responses": everything but printable ASCII, and '%', is %XX.
std::string PercentEncode(std::string_view message) {
  std::string encoded;
  for (const char c : message) {
    if (c >= ' ' && c <= '~' && c != '%') {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace

void AddGrpcStatus(int http_status, std::string_view message, http::Headers& headers) {
  headers.Add("grpc-status", std::to_string(GrpcCodeOf(http_status)));
  if (!message.empty()) headers.Add("grpc-message", PercentEncode(message));
}

Task<void> LocalReply(ClientStream& stream, const RouteChoice& route, int status, std::string_view body,
                      http::Headers headers) {
  ResponseHead head;
  head.headers = std::move(headers);
  head.ends_connection = status == 400;  // Envoy takes it that the client's next bytes cannot be trusted, either
  if (route.came_as_grpc()) {
    head.content_type = "application/grpc";
    AddGrpcStatus(status, body, head.headers);
    const Status sent = co_await stream.Respond(head, "");
    co_return;
  }
  head.status = status;
  if (!body.empty()) head.content_type = "text/plain";
  const Status sent = co_await stream.Respond(head, body);
}

}  // namespace minato::gateway

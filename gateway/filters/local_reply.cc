#include "gateway/filters/local_reply.h"

#include <fmt/format.h>

#include "gateway/http_status.h"

namespace minato::gateway {
namespace {

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
  headers.Add("grpc-status", std::to_string(CodeOfHttpStatus(http_status)));
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

#include "gateway/filters/local_reply.h"

#include <fmt/format.h>

#include "gateway/access_log/record.h"
#include "gateway/error_answer.h"
#include "gateway/filters/header_mutations.h"
#include "gateway/filters/repeated_headers.h"
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

// Envoy takes it that the next bytes of who sent a bad request cannot be trusted, either.
bool EndsConnection(int status) { return status == 400; }

}  // namespace

void AddGrpcStatus(int code, std::string_view message, http::Headers& headers) {
  if (headers.Find("grpc-status").value_or("").empty()) headers.Set("grpc-status", std::to_string(code));
  if (!message.empty()) headers.Set("grpc-message", PercentEncode(message));
}

void MutateResponse(const RouteChoice& route, http::Headers& headers) {
  if (route.response_headers() != nullptr) Mutate(*route.response_headers(), headers);
}

http::Headers LocalHeaders(const RouteChoice& route, http::Headers own) {
  if (route.response_headers() == nullptr || !route.goes_to_cluster()) return own;
  http::Headers headers;
  MutateResponse(route, headers);
  for (const http::HeaderField field : own) headers.AddLowered(field.name, field.value);
  JoinRepeated(headers);
  return headers;
}

Task<void> LocalReply(ClientStream& stream, const RouteChoice& route, int status, std::string_view body,
                      http::Headers headers) {
  ResponseHead head;
  head.headers = LocalHeaders(route, std::move(headers));
  head.ends_connection = EndsConnection(status);
  if (route.came_as_grpc()) {
    head.headers.Remove("content-type");
    head.content_type = "application/grpc";
    AddGrpcStatus(CodeOfHttpStatus(status), body, head.headers);
    head.tells_no_length = true;
    const Status sent = co_await stream.Respond(head, "");
    co_return;
  }
  head.status = status;
  head.tells_no_length = body.empty();
  if (body.empty()) {
    head.headers.Remove("content-type");
  } else if (!head.headers.Has("content-type")) {
    head.content_type = "text/plain";
  }
  const Status sent = co_await stream.Respond(head, body);
}

Task<void> LocalError(ClientStream& stream, const RouteChoice& route, Status error, http::Headers headers) {
  const int status = HttpStatusOf(error);
  if (route.error_shape() == ErrorShape::kEnvoy) {
    co_await LocalReply(stream, route, status, MessageOf(error), std::move(headers));
    co_return;
  }
  ResponseHead head;
  head.headers = LocalHeaders(route, std::move(headers));
  head.ends_connection = EndsConnection(status);
  const Status sent = co_await RespondError(stream, route.error_shape(), error, BadRequestJson(error), std::move(head));
}

Task<void> NoRoute(ClientStream& stream, const RouteChoice& route, std::string_view target) {
  if (route.access_log() != nullptr) route.access_log()->flags.Add(ResponseFlag::kNoRouteFound);
  if (route.error_shape() == ErrorShape::kEnvoy) return LocalReply(stream, route, 404, "");
  return LocalError(stream, route, NotFound("no route matches {} {}", stream.head().method(), target));
}

}  // namespace minato::gateway

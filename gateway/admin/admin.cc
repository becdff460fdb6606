#include "gateway/admin/admin.h"

#include "gateway/error_body.h"

namespace minato::gateway {

Task<void> Admin::Serve(ClientStream& stream) {
  const std::string_view path = stream.head().path();
  const std::string_view method = stream.head().method();
  ResponseHead head;
  head.content_type = "application/json";
  std::string body;
  if (method != "GET" && method != "HEAD") {
    head.status = 405;
    head.headers.Add("allow", "GET, HEAD");
    body = ErrorBody(ErrorShape::kFlat, Unimplemented("{} is not allowed here; allowed: GET, HEAD", method), {});
  } else if (path == "/healthz") {
    body = R"({"status":"ok"})";
  } else if (path == "/ready") {
    const bool ready = ready_.load(std::memory_order_relaxed);
    head.status = ready ? 200 : 503;
    body = ready ? R"({"status":"ready"})" : R"({"status":"not ready"})";
  } else if (path == "/stats") {
    body = metrics_.ToJson();
  } else {
    head.status = 404;
    body = ErrorBody(ErrorShape::kFlat, NotFound("{} is none of /healthz, /ready, /stats", path), {});
  }
  body += '\n';
  const Status sent = co_await stream.Respond(head, body);
}

}  // namespace minato::gateway

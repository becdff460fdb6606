#include "gateway/front/http_session.h"

#include "gateway/front/http1_session.h"
#include "gateway/front/http2_session.h"
#include "http/http2_server.h"

namespace minato::gateway {

namespace {

constexpr std::string_view kHttp2Begins = "PRI * HTTP/2";

}  // namespace

Task<void> ServeHttp(Connection& connection, RequestHandler& handler, const FrontLimits& limits,
                     const bool& draining) {
  if (limits.codec == FrontCodec::kHttp1) co_return co_await ServeHttp1(connection, handler, limits, draining);
  if (limits.codec == FrontCodec::kHttp2) co_return co_await ServeHttp2(connection, handler, limits);
  absl::Time deadline = connection.home().Now() + limits.idle_timeout;
  while (connection.input().size() < http::kHttp2Preface.size() &&
         http::kHttp2Preface.starts_with(connection.input())) {
    const bool idle = connection.input().empty();
    const auto waits = idle ? Connection::Waits::kIdle : Connection::Waits::kUninterrupted;
    const auto arrival = co_await Connection::ReadMore(connection, deadline, waits);
    if (arrival != Connection::Arrival::kBytes) break;
    if (idle) deadline = connection.home().Now() + limits.head_timeout;
  }
  // As in Envoy: whoever nearly speaks HTTP/2 reads no answer of HTTP/1.1.
  const bool is_http2 = connection.input().starts_with(http::kHttp2Preface);
  const bool nearly = !is_http2 && connection.input().starts_with(kHttp2Begins);
  if (connection.input().empty() || (nearly && limits.style.error_shape == ErrorShape::kEnvoy)) {
    co_await connection.Close();
  } else if (is_http2) {
    co_await ServeHttp2(connection, handler, limits);
  } else {
    co_await ServeHttp1(connection, handler, limits, draining);
  }
}

}  // namespace minato::gateway

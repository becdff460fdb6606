#include "gateway/filters/health_check.h"

#include <algorithm>

#include "gateway/access_log/record.h"
#include "gateway/filters/local_reply.h"

namespace minato::gateway {

HealthCheck::HealthCheck(const config::HealthCheckFilter& config, HttpFilter& next)
    : headers_(config.headers.begin(), config.headers.end()), next_(next) {}

Task<void> HealthCheck::Serve(ClientStream& stream, RouteChoice& route) {
  const auto matches = [&](const HeaderMatch& header) { return header.Matches(stream.head()); };
  if (!std::all_of(headers_.begin(), headers_.end(), matches)) {
    co_await next_.Serve(stream, route);
    co_return;
  }
  if (route.access_log() != nullptr) route.access_log()->is_health_check = true;
  for (;;) {
    const StatusOr<std::optional<std::string_view>> piece = co_await stream.ReadPiece();
    if (!piece.ok()) {
      co_await LocalError(stream, route, piece.status());
      co_return;
    }
    if (!piece->has_value()) break;
  }
  co_await LocalReply(stream, route, 200, "");
}

}  // namespace minato::gateway

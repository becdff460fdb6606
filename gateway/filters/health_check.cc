#include "gateway/filters/health_check.h"

#include <algorithm>

#include "gateway/filters/local_reply.h"

namespace minato::gateway {

HealthCheck::HealthCheck(const config::HealthCheckFilter& config, HttpFilter& next)
    : headers_(config.headers.begin(), config.headers.end()), next_(next) {}

Task<void> HealthCheck::Serve(ClientStream& stream, RouteChoice& route) {
  const auto matches = [&](const HeaderMatch& header) { return header.Matches(stream.head()); };
  if (std::all_of(headers_.begin(), headers_.end(), matches)) {
    co_await LocalReply(stream, route, 200, "");
  } else {
    co_await next_.Serve(stream, route);
  }
}

}  // namespace minato::gateway

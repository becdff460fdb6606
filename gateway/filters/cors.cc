#include "gateway/filters/cors.h"

#include <algorithm>

namespace minato::gateway {

using http::KnownHeader;

bool Cors::Allows(std::string_view origin) const {
  const auto& allowed = options_.allow_origins;
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const std::string& entry) { return entry == "*" || entry == origin; });
}

Task<void> Cors::Serve(ClientStream& stream) {
  const std::optional<std::string_view> origin = stream.head().Find(KnownHeader::kOrigin);
  if (!origin.has_value() || !Allows(*origin)) co_return co_await next_.Serve(stream);

  stream.AddResponseHeader("access-control-allow-origin", *origin);
  stream.AddResponseHeader("vary", "origin");
  const auto method = stream.head().Find(KnownHeader::kAccessControlRequestMethod);
  if (stream.head().method() != "OPTIONS" || !method.has_value()) {
    co_return co_await next_.Serve(stream);
  }
  ResponseHead preflight;
  preflight.status = 204;
  preflight.headers.Add("access-control-allow-methods", *method);
  if (const auto headers = stream.head().Find(KnownHeader::kAccessControlRequestHeaders)) {
    preflight.headers.Add("access-control-allow-headers", *headers);
  }
  preflight.headers.Add("access-control-max-age", std::to_string(absl::ToInt64Seconds(options_.max_age)));
  const Status sent = co_await stream.Respond(preflight, "");
}

}  // namespace minato::gateway

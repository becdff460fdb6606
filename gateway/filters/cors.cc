#include "gateway/filters/cors.h"

#include <algorithm>

#include "gateway/error_answer.h"

namespace minato::gateway {

using http::KnownHeader;

namespace {

// "https://app.example:8443" is of host "app.example:8443". A browser leaves out the port that its scheme implies in
// both; other clients may write it into Host.
bool IsOfHost(std::string_view origin, std::string_view authority) {
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  const bool is_http = origin.starts_with(kHttp);
  if (!is_http && !origin.starts_with(kHttps)) return false;  // "null", a file, an extension
  origin.remove_prefix(is_http ? kHttp.size() : kHttps.size());
  const std::string_view implied_port = is_http ? ":80" : ":443";
  if (authority.ends_with(implied_port)) authority.remove_suffix(implied_port.size());
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  if (origin.empty()) return false;
  return std::equal(origin.begin(), origin.end(), authority.begin(), authority.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

bool Cors::Allows(std::string_view origin) const {
  const auto& allowed = options_.allow_origins;
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const std::string& entry) { return entry == "*" || entry == origin; });
}

Task<void> Cors::Serve(ClientStream& stream) {
  const std::optional<std::string_view> origin = stream.head().Find(KnownHeader::kOrigin);
  if (!origin.has_value() || !Allows(*origin)) {
    const bool foreign = origin.has_value() && !IsOfHost(*origin, stream.head().authority());
    if (foreign && stream.wants_websocket()) co_return co_await RefuseWebSocket(stream, *origin);
    co_return co_await next_.Serve(stream);
  }

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

Task<void> Cors::RefuseWebSocket(ClientStream& stream, std::string_view origin) {
  const Status sent = co_await RespondError(
      stream, options_.error_shape,
      PermissionDenied("pages of {} may not open WebSockets here (--cors_allow_origins)", origin));
}

}  // namespace minato::gateway

#include "gateway/filters/envoy_cors.h"

#include <algorithm>

namespace minato::gateway {

using http::KnownHeader;

void CorsOrigins::Add(const config::CorsPolicy& policy) {
  std::vector<StringMatch>& matches = matches_[&policy];
  for (const config::StringMatcher& origin : policy.allow_origin_string_match) matches.emplace_back(origin);
}

bool CorsOrigins::Allows(const config::CorsPolicy& policy, std::string_view origin) const {
  const std::vector<StringMatch>& matches = matches_.at(&policy);
  // The one text that a matcher of all origins is written as means any.
  return std::any_of(policy.allow_origin_string_match.begin(), policy.allow_origin_string_match.end(),
                     [](const config::StringMatcher& matcher) {
                       return matcher.kind == config::StringMatcher::Kind::kExact && matcher.text == "*";
                     }) ||
         std::any_of(matches.begin(), matches.end(), [&](const StringMatch& match) { return match.Matches(origin); });
}

Task<void> EnvoyCors::Serve(ClientStream& stream, RouteChoice& route) {
  const config::CorsPolicy* const policy = route.PerFilter(&config::PerFilterConfig::cors);
  const auto origin = stream.head().Find(KnownHeader::kOrigin);
  if (policy == nullptr || !origin.has_value() || origin->empty()) co_return co_await next_.Serve(stream, route);

  const bool preflight = stream.head().method() == "OPTIONS" &&
                         stream.head().Find(KnownHeader::kAccessControlRequestMethod).value_or("") != "";
  const bool allowed = origins_.Allows(*policy, *origin);
  if (!preflight) {
    if (allowed) {
      stream.AddResponseHeader("access-control-allow-origin", *origin);
      if (policy->allow_credentials) stream.AddResponseHeader("access-control-allow-credentials", "true");
      if (!policy->expose_headers.empty()) {
        stream.AddResponseHeader("access-control-expose-headers", policy->expose_headers);
      }
    }
    co_return co_await next_.Serve(stream, route);
  }
  if (!allowed && policy->forward_not_matching_preflights) co_return co_await next_.Serve(stream, route);
  ResponseHead head;
  if (allowed) {
    head.headers.Add("access-control-allow-origin", *origin);
    if (policy->allow_credentials) head.headers.Add("access-control-allow-credentials", "true");
    if (!policy->allow_methods.empty()) head.headers.Add("access-control-allow-methods", policy->allow_methods);
    if (!policy->allow_headers.empty()) head.headers.Add("access-control-allow-headers", policy->allow_headers);
    if (!policy->max_age.empty()) head.headers.Add("access-control-max-age", policy->max_age);
  }
  const Status sent = co_await stream.Respond(head, "");
}

}  // namespace minato::gateway

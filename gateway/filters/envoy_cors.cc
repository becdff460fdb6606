#include "gateway/filters/envoy_cors.h"

#include <algorithm>
#include <utility>

#include "gateway/filters/forwarding_stream.h"
#include "gateway/filters/repeated_headers.h"

namespace minato::gateway {

using http::KnownHeader;

void CorsOrigins::Add(const config::CorsPolicy& policy) {
  std::vector<StringMatch>& matches = matches_[&policy];
  for (const config::StringMatcher& origin : policy.allow_origin_string_match) matches.emplace_back(origin);
}

bool CorsOrigins::Allows(const config::CorsPolicy& policy, std::string_view origin) const {
  const std::vector<StringMatch>& matches = matches_.at(&policy);
  // What matches "*" itself means any.
  return std::any_of(matches.begin(), matches.end(),
                     [&](const StringMatch& match) { return match.Matches("*") || match.Matches(origin); });
}

namespace {

using Policy = config::CorsPolicy;

// The policies of a request: of each field the most specific one that says something of it counts.
class Policies {
 public:
  explicit Policies(const RouteChoice& choice) : levels_(choice.EveryPerFilter(&config::PerFilterConfig::cors)) {
    if (levels_.empty()) levels_ = choice.EveryPerFilter(&config::PerFilterConfig::older_cors);
  }

  bool empty() const { return levels_.empty(); }
  bool Allow(const CorsOrigins& origins, std::string_view origin) const {
    for (const Policy* const level : levels_) {
      if (!level->allow_origin_string_match.empty()) return origins.Allows(*level, origin);
    }
    return false;
  }
  std::string_view Text(std::string Policy::*field) const {
    for (const Policy* const level : levels_) {
      if (!(level->*field).empty()) return level->*field;
    }
    return {};
  }
  bool Flag(std::optional<bool> Policy::*field, bool otherwise) const {
    for (const Policy* const level : levels_) {
      if ((level->*field).has_value()) return *(level->*field);
    }
    return otherwise;
  }

 private:
  absl::InlinedVector<const Policy*, 3> levels_;
};

// What a preflight is answered: "*" is whatever was asked for.
http::Headers PreflightHeaders(const Policies& policies, const RequestHead& head, std::string_view allowed_origin) {
  http::Headers headers;
  const auto add_list = [&](std::string_view name, std::string_view list, KnownHeader asked_for) {
    if (!list.empty()) headers.Add(name, list == "*" ? JoinedValue(head, asked_for) : list);
  };
  if (!allowed_origin.empty()) headers.Add("access-control-allow-origin", allowed_origin);
  if (policies.Flag(&Policy::allow_credentials, false)) headers.Add("access-control-allow-credentials", "true");
  add_list("access-control-allow-methods", policies.Text(&Policy::allow_methods),
           KnownHeader::kAccessControlRequestMethod);
  add_list("access-control-allow-headers", policies.Text(&Policy::allow_headers),
           KnownHeader::kAccessControlRequestHeaders);
  if (const std::string_view age = policies.Text(&Policy::max_age); !age.empty()) {
    headers.Add("access-control-max-age", age);
  }
  const std::string_view exposed = policies.Text(&Policy::expose_headers);
  if (!allowed_origin.empty() && !exposed.empty()) headers.Add("access-control-expose-headers", exposed);
  return headers;
}

// What answers to other requests are marked with.
http::Headers Marks(const Policies& policies, std::string_view origin) {
  http::Headers marks;
  marks.Add("access-control-allow-origin", origin);
  if (policies.Flag(&Policy::allow_credentials, false)) marks.Add("access-control-allow-credentials", "true");
  const std::string_view exposed = policies.Text(&Policy::expose_headers);
  if (!exposed.empty()) marks.Add("access-control-expose-headers", exposed);
  return marks;
}

// Marks the answer: in the place of what the upstream says of the same, which two filters must not say twice, or else
// behind its headers.
class MarkingStream final : public ForwardingStream {
 public:
  MarkingStream(ClientStream& client, http::Headers marks) : ForwardingStream(client), marks_(std::move(marks)) {}

  Task<Status> Respond(const ResponseHead& head, std::string_view body) override {
    return client().Respond(Marked(head), body);
  }
  Task<Status> StartResponse(const ResponseHead& head) override { return client().StartResponse(Marked(head)); }

 private:
  const ResponseHead& Marked(const ResponseHead& head) {
    marked_ = head;
    marked_.headers.clear();
    for (const http::HeaderField field : head.headers) {
      const auto mark = marks_.Find(field.name);
      if (mark.has_value() && marked_.headers.Has(field.name)) continue;
      marked_.headers.Add(field.name, mark.value_or(field.value));
    }
    for (const http::HeaderField mark : marks_) {
      if (!head.headers.Has(mark.name)) marked_.headers.Add(mark.name, mark.value);
    }
    return marked_;
  }

  const http::Headers marks_;
  ResponseHead marked_;  // until the answer has been sent
};

}  // namespace

Task<void> EnvoyCors::Serve(ClientStream& stream, RouteChoice& route) {
  const RequestHead& head = stream.head();
  if (!head.Find(KnownHeader::kOrigin).has_value() || !route.goes_to_cluster()) return next_.Serve(stream, route);
  const std::string origin = JoinedValue(head, KnownHeader::kOrigin);
  if (origin.empty()) return next_.Serve(stream, route);
  const Policies policies(route);
  if (policies.empty()) return next_.Serve(stream, route);

  const bool allowed = policies.Allow(origins_, origin);
  const bool preflight =
      head.method() == "OPTIONS" && !JoinedValue(head, KnownHeader::kAccessControlRequestMethod).empty();
  if (preflight && (allowed || !policies.Flag(&Policy::forward_not_matching_preflights, true))) {
    return Answer(stream, PreflightHeaders(policies, head, allowed ? std::string_view(origin) : std::string_view()));
  }
  return allowed ? ServeMarked(stream, route, Marks(policies, origin)) : next_.Serve(stream, route);
}

Task<void> EnvoyCors::ServeMarked(ClientStream& stream, RouteChoice& route, http::Headers marks) {
  MarkingStream marking(stream, std::move(marks));
  co_await next_.Serve(marking, route);
}

Task<void> EnvoyCors::Answer(ClientStream& stream, http::Headers headers) {
  ResponseHead head;
  head.headers = std::move(headers);
  head.tells_no_length = true;
  const Status sent = co_await stream.Respond(head, "");
}

}  // namespace minato::gateway

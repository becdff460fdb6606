#include "gateway/filters/router_request.h"

#include <algorithm>

#include "http/known_header.h"

namespace minato::gateway {
namespace {

using http::KnownHeader;

// What belongs to the client's connection and not to the request (RFC 9110, 7.6.1).
bool StaysBehind(KnownHeader header, std::string_view value) {
  switch (header) {
    case KnownHeader::kHost:
    case KnownHeader::kConnection:
    case KnownHeader::kKeepAlive:
    case KnownHeader::kProxyConnection:
    case KnownHeader::kTransferEncoding:
    case KnownHeader::kUpgrade:
    case KnownHeader::kExpect:
      return true;
    case KnownHeader::kTe:
      return value != "trailers";
    default:
      return false;
  }
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

UpstreamHead::UpstreamHead(const RequestHead& head, const config::Route& route, const config::RouteAction& action) {
  view_.method = head.method();
  view_.authority = action.host_rewrite_literal.empty() ? head.authority() : action.host_rewrite_literal;
  view_.path = head.target();
  const bool rewritten = !action.prefix_rewrite.empty() && (route.match.kind == config::RouteMatch::Path::kPrefix ||
                                                           route.match.kind == config::RouteMatch::Path::kPathSeparatedPrefix ||
                                                           route.match.kind == config::RouteMatch::Path::kPath);
  if (rewritten) {
    path_ = action.prefix_rewrite;
    path_ += head.target().substr(std::min(head.target().size(), route.match.path.size()));
    view_.path = path_;
  }
  size_t names = 0;
  head.ForEach([&](std::string_view name, std::string_view) { names += name.size(); });
  names_.reserve(names);
  head.ForEach([&](std::string_view name, std::string_view value) { AddHeader(name, value); });
  if (action.timeout > absl::ZeroDuration()) {
    timeout_ms_ = std::to_string(absl::ToInt64Milliseconds(action.timeout));
    view_.headers.emplace_back("x-envoy-expected-rq-timeout-ms", timeout_ms_);
  }
  for (const auto& [name, value] : route.request_headers_to_add) view_.headers.emplace_back(name, value);
}

void UpstreamHead::AddHeader(std::string_view name, std::string_view value) {
  if (StaysBehind(http::ClassifyHeader(name), value)) return;
  if (std::none_of(name.begin(), name.end(), IsUpper)) {
    view_.headers.emplace_back(name, value);
    return;
  }
  const size_t begin = names_.size();
  for (const char c : name) names_ += IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  view_.headers.emplace_back(std::string_view(names_).substr(begin), value);
}

}  // namespace minato::gateway

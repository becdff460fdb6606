#include "gateway/filters/router_request.h"

#include <algorithm>

#include <absl/random/random.h>
#include <absl/strings/match.h>

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
      return true;
    case KnownHeader::kExpect:
      // Met by us; others are for the upstream.
      return absl::EqualsIgnoreCase(absl::string_view(value.data(), value.size()), "100-continue");
    case KnownHeader::kTe:
      return value != "trailers";
    default:
      return false;
  }
}

// Whether the Connection header, a list of names, has `name` in it.
bool IsNamed(std::string_view connection, std::string_view name) {
  while (!connection.empty()) {
    const size_t comma = connection.find(',');
    std::string_view token = connection.substr(0, comma);
    connection.remove_prefix(comma == connection.npos ? connection.size() : comma + 1);
    while (!token.empty() && (token.front() == ' ' || token.front() == '\t')) token.remove_prefix(1);
    while (!token.empty() && (token.back() == ' ' || token.back() == '\t')) token.remove_suffix(1);
    if (absl::EqualsIgnoreCase(absl::string_view(token.data(), token.size()), absl::string_view(name.data(), name.size()))) {
      return true;
    }
  }
  return false;
}

// RFC 9562, version 4.
std::string RandomUuid() {
  thread_local absl::InsecureBitGen random;  // unique, and no secret
  const uint64_t halves[] = {(random() & ~0xf000ull) | 0x4000ull, (random() & ~(3ull << 62)) | (2ull << 62)};
  std::string uuid = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  size_t at = 0;
  for (const uint64_t half : halves) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      if (uuid[at] == '-') ++at;
      uuid[at++] = "0123456789abcdef"[half >> shift & 15];
    }
  }
  return uuid;
}

// Of "ipv4:127.0.0.1:40312" or "ipv6:[::1]:40312".
std::string_view IpOf(std::string_view peer) {
  const std::string_view ip = peer.substr(0, peer.rfind(':')).substr(std::min(peer.size(), size_t{5}));
  return ip.starts_with('[') ? ip.substr(1, ip.size() - 2) : ip;
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

UpstreamHead::UpstreamHead(const RequestHead& head, std::string_view peer, bool encrypted, const config::Route& route,
                           const config::RouteAction& action, const Forwarding& forwarding) {
  if (encrypted) view_.scheme = "https";
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
  const std::string_view connection = head.Find(KnownHeader::kConnection).value_or("");
  head.ForEach([&](std::string_view name, std::string_view value) {
    if (connection.empty() || !IsNamed(connection, name)) AddHeader(head, name, value);
  });
  if (action.timeout > absl::ZeroDuration()) {
    timeout_ms_ = std::to_string(absl::ToInt64Milliseconds(action.timeout));
    view_.headers.emplace_back("x-envoy-expected-rq-timeout-ms", timeout_ms_);
  }
  if (!head.Find(KnownHeader::kXForwardedProto).has_value()) {
    view_.headers.emplace_back("x-forwarded-proto", view_.scheme);
  }
  if (forwarding.generate_request_id && !head.Find(KnownHeader::kXRequestId).has_value()) {
    request_id_ = RandomUuid();
    view_.headers.emplace_back("x-request-id", request_id_);
  }
  if (forwarding.use_remote_address) {
    if (const auto before = head.Find(KnownHeader::kXForwardedFor)) forwarded_for_.append(*before).append(",");
    forwarded_for_ += IpOf(peer);
    const auto is_forwarded_for = [](const auto& header) { return header.first == "x-forwarded-for"; };
    view_.headers.erase(std::remove_if(view_.headers.begin(), view_.headers.end(), is_forwarded_for),
                        view_.headers.end());
    view_.headers.emplace_back("x-forwarded-for", forwarded_for_);
  }
  for (const auto& [name, value] : route.request_headers_to_add) view_.headers.emplace_back(name, value);
}

void UpstreamHead::AddHeader(const RequestHead& head, std::string_view name, std::string_view value) {
  const KnownHeader known = http::ClassifyHeader(name);
  if (StaysBehind(known, value)) return;
  if (known != KnownHeader::kOther) {
    view_.headers.emplace_back(http::Name(known), value);
    return;
  }
  if (std::none_of(name.begin(), name.end(), IsUpper)) {
    view_.headers.emplace_back(name, value);
    return;
  }
  if (names_.empty()) {  // it must not move once views point into it
    size_t bytes = 0;
    head.ForEach([&](std::string_view one, std::string_view) { bytes += one.size(); });
    names_.reserve(bytes);
  }
  const size_t begin = names_.size();
  for (const char c : name) names_ += IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  view_.headers.emplace_back(std::string_view(names_).substr(begin), value);
}

}  // namespace minato::gateway

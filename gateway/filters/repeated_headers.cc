#include "gateway/filters/repeated_headers.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace minato::gateway {
namespace {

// In alphabetical order. What Envoy 1.40 makes of each was tried.
constexpr std::string_view kOfRequests[] = {
    "accept",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "authorization",
    "cache-control",
    "content-encoding",
    "content-type",
    "expect",
    "grpc-accept-encoding",
    "grpc-timeout",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "origin",
    "pragma",
    "proxy-status",
    "referer",
    "te",
    "user-agent",
    "via",
    "x-client-trace-id",
    "x-envoy-attempt-count",
    "x-envoy-decorator-operation",
    "x-envoy-downstream-service-cluster",
    "x-envoy-downstream-service-node",
    "x-envoy-external-address",
    "x-envoy-is-timeout-retry",
    "x-envoy-original-host",
    "x-envoy-original-path",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-request-id",
};

constexpr std::string_view kOfAnswers[] = {
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-allow-private-network",
    "access-control-expose-headers",
    "access-control-max-age",
    "age",
    "cache-control",
    "content-encoding",
    "content-type",
    "date",
    "etag",
    "expires",
    "grpc-message",
    "grpc-status",
    "last-modified",
    "location",
    "proxy-status",
    "vary",
    "via",
    "x-envoy-attempt-count",
    "x-envoy-decorator-operation",
    "x-envoy-degraded",
    "x-envoy-immediate-health-check-fail",
    "x-envoy-ratelimited",
    "x-envoy-upstream-canary",
    "x-envoy-upstream-healthchecked-cluster",
    "x-request-id",
};

constexpr std::string_view kOfTrailers[] = {"grpc-message", "grpc-status"};

static_assert(std::is_sorted(std::begin(kOfRequests), std::end(kOfRequests)));
static_assert(std::is_sorted(std::begin(kOfAnswers), std::end(kOfAnswers)));

// One of 64 bits.
uint64_t BitOf(std::string_view name) {
  if (name.empty()) return 1;
  return uint64_t{1} << ((name.size() * 7 + static_cast<uint8_t>(name.front()) * 3 + static_cast<uint8_t>(name.back()) +
                          static_cast<uint8_t>(name[name.size() / 2])) % 64);
}

// Most heads have no name twice: that is found out without looking at the lists, and mostly at other names.
template <typename Fields, typename Names>
bool HasRepeated(const Fields& fields, const Names& names) {
  uint64_t seen = 0;
  for (auto one = fields.begin(); one != fields.end(); ++one) {
    const auto& [name, value] = *one;
    const uint64_t bit = BitOf(name);
    if ((std::exchange(seen, seen | bit) & bit) == 0) continue;
    for (auto other = fields.begin(); other != one; ++other) {
      const auto& [name_before, value_before] = *other;
      if (name_before == name && std::binary_search(std::begin(names), std::end(names), name)) return true;
    }
  }
  return false;
}

void AppendTo(std::string& joined, std::string_view value) {
  if (!joined.empty() && !value.empty()) joined += ',';
  joined += value;
}

template <typename Names>
http::Headers Joined(const http::Headers& headers, const Names& names) {
  http::Headers joined;
  for (const http::HeaderField field : headers) {
    if (!std::binary_search(std::begin(names), std::end(names), field.name)) {
      joined.AddLowered(field.name, field.value);
      continue;
    }
    if (joined.Has(field.name)) continue;
    std::string value;
    for (const std::string_view one : headers.FindAll(field.name)) AppendTo(value, one);
    joined.AddLowered(field.name, value);
  }
  return joined;
}

}  // namespace

void JoinRepeated(HeaderViews& headers, std::list<std::string>& values) {
  if (!HasRepeated(headers, kOfRequests)) return;
  HeaderViews joined;
  for (const auto& [name, value] : headers) {
    const auto same_name = [&, name = name](const auto& header) { return header.first == name; };
    const auto before = std::find_if(joined.begin(), joined.end(), same_name);
    if (before == joined.end() || !std::binary_search(std::begin(kOfRequests), std::end(kOfRequests), name)) {
      joined.emplace_back(name, value);
    } else if (before->second.empty()) {
      before->second = value;
    } else if (!value.empty()) {
      values.push_back(std::string(before->second).append(",").append(value));
      before->second = values.back();
    }
  }
  headers = std::move(joined);
}

std::string JoinedValue(const RequestHead& head, http::KnownHeader header) {
  std::string joined;
  head.ForEach([&](std::string_view name, std::string_view value) {
    if (http::ClassifyHeader(name) == header) AppendTo(joined, value);
  });
  return joined;
}

void JoinRepeatedOfRequest(http::Headers& headers) {
  if (HasRepeated(headers, kOfRequests)) headers = Joined(headers, kOfRequests);
}

void JoinRepeated(http::Headers& headers) {
  if (HasRepeated(headers, kOfAnswers)) headers = Joined(headers, kOfAnswers);
}

std::optional<http::Headers> JoinedTrailers(const http::Headers& trailers) {
  if (!HasRepeated(trailers, kOfTrailers)) return std::nullopt;
  return Joined(trailers, kOfTrailers);
}

}  // namespace minato::gateway

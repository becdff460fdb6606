#include "gateway/filters/managed_head.h"

#include <algorithm>
#include <iterator>

#include <absl/random/random.h>
#include <absl/strings/ascii.h>

#include "http/http1_chars.h"

namespace minato::gateway {
namespace {

using http::KnownHeader;

std::string_view OwnScheme(bool encrypted) { return encrypted ? "https" : "http"; }

// By which Envoys tell each other of a request, and of a client what only its own proxy knows: not from outside.
bool IsOfProxies(std::string_view name) {
  static constexpr std::string_view kPrefix = "x-envoy-";
  static constexpr std::string_view kNames[] = {
      "expected-rq-timeout-ms",
      "force-trace",
      "hedge-on-per-try-timeout",
      "internal",
      "ip-tags",
      "max-retries",
      "original-url",
      "retriable-header-names",
      "retriable-status-codes",
      "retry-grpc-on",
      "retry-on",
      "upstream-alt-stat-name",
      "upstream-rq-per-try-timeout-ms",
      "upstream-rq-timeout-alt-response",
      "upstream-rq-timeout-ms",
      "upstream-stream-duration-ms",
  };
  if (name.empty() || name.front() != 'x') return false;
  if (!name.starts_with(kPrefix)) return name == "x-forwarded-client-cert";
  // One by one: nearly all differ in their length already.
  return std::find(std::begin(kNames), std::end(kNames), name.substr(kPrefix.size())) != std::end(kNames);
}

}  // namespace

std::string_view ForwardedProto(const RequestHead& head, bool encrypted, const Forwarding& forwarding) {
  if (forwarding.use_remote_address) return OwnScheme(encrypted);
  return head.Find(KnownHeader::kXForwardedProto).value_or(OwnScheme(encrypted));
}

std::string_view SchemeFor(std::string_view forwarded_proto, bool encrypted) {
  if (http::EqualsIgnoreCase(forwarded_proto, "https")) return "https";
  if (http::EqualsIgnoreCase(forwarded_proto, "http")) return "http";
  return OwnScheme(encrypted);
}

// RFC 9110, 7.6.1.
bool BelongsToConnection(KnownHeader header) {
  switch (header) {
    case KnownHeader::kHost:
    case KnownHeader::kConnection:
    case KnownHeader::kKeepAlive:
    case KnownHeader::kProxyConnection:
    case KnownHeader::kTransferEncoding:
    case KnownHeader::kUpgrade:
      return true;
    default:
      return false;
  }
}

// Of what a client takes (te) only trailers are for others than us.
bool StopsHere(std::string_view lower_name, std::string_view value) {
  return (lower_name == "expect" && http::EqualsIgnoreCase(value, "100-continue")) ||
         (lower_name == "te" && !value.empty() && !http::ListHasToken(value, "trailers")) || IsOfProxies(lower_name);
}

// RFC 9562, version 4.
std::string RandomRequestId() {
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

ManagedHead::ManagedHead(const RequestHead& head, bool encrypted, const Forwarding& forwarding)
    : ForwardingHead(head),
      forwarded_proto_(ForwardedProto(head, encrypted, forwarding)),
      scheme_(SchemeFor(forwarded_proto_, encrypted)) {
  const bool has_id = !head.Find(KnownHeader::kXRequestId).value_or("").empty();
  if (forwarding.generate_request_id && !has_id) request_id_ = RandomRequestId();
}

std::optional<std::string_view> ManagedHead::Find(KnownHeader header) const {
  if (header == KnownHeader::kXForwardedProto) return forwarded_proto_;
  if (header == KnownHeader::kXRequestId && !request_id_.empty()) return request_id_;
  if (header != KnownHeader::kHost && BelongsToConnection(header)) return std::nullopt;
  return original().Find(header);
}

std::optional<std::string_view> ManagedHead::Find(std::string_view lower_name) const {
  if (lower_name == ":scheme") return scheme_;
  if (IsOfProxies(lower_name)) return std::nullopt;
  const KnownHeader known = http::ClassifyHeader(lower_name);
  return known == KnownHeader::kOther ? original().Find(lower_name) : Find(known);
}

void ManagedHead::ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const {
  original().ForEach([&](std::string_view name, std::string_view value) {
    const KnownHeader known = http::ClassifyHeader(name);
    const bool replaced =
        known == KnownHeader::kXForwardedProto || (known == KnownHeader::kXRequestId && !request_id_.empty());
    if (replaced || BelongsToConnection(known)) return;
    if (!StopsHere(absl::AsciiStrToLower({name.data(), name.size()}), value)) visit(name, value);
  });
  visit(http::Name(KnownHeader::kXForwardedProto), forwarded_proto_);
  if (!request_id_.empty()) visit(http::Name(KnownHeader::kXRequestId), request_id_);
}

}  // namespace minato::gateway

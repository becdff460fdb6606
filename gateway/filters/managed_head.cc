#include "gateway/filters/managed_head.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include <absl/random/random.h>
#include <absl/strings/ascii.h>

#include "gateway/filters/referer.h"
#include "gateway/filters/repeated_headers.h"
#include "http/http1_chars.h"

namespace minato::gateway {
namespace {

using http::KnownHeader;

constexpr std::string_view kExternalAddress = "x-envoy-external-address";
constexpr std::string_view kVia = "via";

std::string_view OwnScheme(bool encrypted) { return encrypted ? "https" : "http"; }

// Any other than http and https is seen as it was sent.
std::string_view SeenScheme(const RequestHead& head, std::string_view forwarded_proto, bool encrypted) {
  const std::string_view scheme = SchemeFor(head, forwarded_proto, encrypted);
  return head.scheme().empty() || http::EqualsIgnoreCase(head.scheme(), scheme) ? scheme : head.scheme();
}

// Behind those that it has.
std::string ViaOf(const RequestHead& head, std::string_view own) {
  std::string via;
  head.ForEach([&](std::string_view name, std::string_view value) {
    if (http::EqualsIgnoreCase(name, kVia)) via.append(via.empty() ? "" : ",").append(value);
  });
  return via.append(via.empty() ? "" : ", ").append(own);
}

// The eight digits of the lower half of `value`: four to each place. All at once, a byte of a word each.
void WriteHex(uint64_t value, char* first, char* last) {
  uint64_t digits = __builtin_bswap32(static_cast<uint32_t>(value));  // the first digits lowest
  digits = (digits | digits << 16) & 0x0000ffff0000ffff;
  digits = (digits | digits << 8) & 0x00ff00ff00ff00ff;
  digits = (digits >> 4 | digits << 8) & 0x0f0f0f0f0f0f0f0f;
  const uint64_t letters = (digits + 0x0606060606060606) >> 4 & 0x0101010101010101;
  digits += 0x3030303030303030 + letters * ('a' - '9' - 1);
  std::memcpy(first, &digits, 4);
  digits >>= 32;
  std::memcpy(last, &digits, 4);
}

}  // namespace

std::string_view ForwardedProto(const RequestHead& head, bool encrypted, const ClientAddress& client_address) {
  const std::string_view own = OwnScheme(encrypted);
  // Whom we believe where the client is, we believe what it speaks.
  if (client_address.use_remote_address && client_address.xff_num_trusted_hops == 0) return own;
  return head.Find(KnownHeader::kXForwardedProto).value_or(own);
}

std::string_view SchemeFor(const RequestHead& head, std::string_view forwarded_proto, bool encrypted) {
  for (const std::string_view said : {head.scheme(), forwarded_proto}) {
    if (http::EqualsIgnoreCase(said, "http")) return "http";
    if (http::EqualsIgnoreCase(said, "https")) return "https";
  }
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

// Of what a client takes (te) only trailers are for others than us.
bool StopsByValue(std::string_view lower_name, std::string_view value) {
  return (lower_name == "expect" && http::EqualsIgnoreCase(value, "100-continue")) ||
         (lower_name == "te" && !value.empty() && !http::ListHasToken(value, "trailers")) ||
         (lower_name == "referer" && IsBadReferer(value));
}

// RFC 9562, version 4.
std::string RandomRequestId() {
  thread_local absl::InsecureBitGen random;  // unique, and no secret
  const uint64_t high = (random() & ~0xf000ull) | 0x4000ull;
  const uint64_t low = (random() & ~(3ull << 62)) | (2ull << 62);
  std::string uuid = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  WriteHex(high >> 32, &uuid[0], &uuid[4]);
  WriteHex(high, &uuid[9], &uuid[14]);
  WriteHex(low >> 32, &uuid[19], &uuid[24]);
  WriteHex(low, &uuid[28], &uuid[32]);
  return uuid;
}

ManagedHead::ManagedHead(const RequestHead& head, std::string_view peer, bool encrypted, const Forwarding& forwarding)
    : ForwardingHead(head),
      forwarded_proto_(ForwardedProto(head, encrypted, forwarding.client_address)),
      scheme_(SeenScheme(head, forwarded_proto_, encrypted)) {
  const bool from_outside = forwarding.client_address.use_remote_address;
  const bool has_id = !head.Find(KnownHeader::kXRequestId).value_or("").empty();
  const bool keeps_id = has_id && (!from_outside || forwarding.preserve_external_request_id);
  if (forwarding.generate_request_id && !keeps_id) request_id_ = RandomRequestId();
  if (from_outside) {
    const std::string sent = JoinedValue(head, KnownHeader::kXForwardedFor);
    external_address_ = ForwardedIp(sent, forwarding.client_address);
    if (external_address_.empty()) external_address_ = IpOf(peer);
    if (!forwarding.skip_xff_append) forwarded_for_ = ForwardedFor(sent, IpOf(peer), forwarding.own_ip);
  }
  if (!forwarding.via.empty()) via_ = ViaOf(head, forwarding.via);
}

bool ManagedHead::Replaces(KnownHeader header) const {
  return header == KnownHeader::kXForwardedProto || (header == KnownHeader::kXRequestId && !request_id_.empty()) ||
         (header == KnownHeader::kXForwardedFor && !forwarded_for_.empty());
}

std::optional<std::string_view> ManagedHead::Find(KnownHeader header) const {
  if (header == KnownHeader::kXForwardedProto) return forwarded_proto_;
  if (header == KnownHeader::kXRequestId && !request_id_.empty()) return request_id_;
  if (header == KnownHeader::kXForwardedFor && !forwarded_for_.empty()) return forwarded_for_;
  if (header != KnownHeader::kHost && BelongsToConnection(header)) return std::nullopt;
  return original().Find(header);
}

std::optional<std::string_view> ManagedHead::Find(std::string_view lower_name) const {
  if (lower_name == ":scheme") return scheme_;
  if (lower_name == kExternalAddress && !external_address_.empty()) return external_address_;
  if (lower_name == kVia && !via_.empty()) return via_;
  if (IsOfProxies(lower_name)) return std::nullopt;
  const KnownHeader known = http::ClassifyHeader(lower_name);
  return known == KnownHeader::kOther ? original().Find(lower_name) : Find(known);
}

void ManagedHead::ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const {
  original().ForEach([&](std::string_view name, std::string_view value) {
    const KnownHeader known = http::ClassifyHeader(name);
    if (Replaces(known) || BelongsToConnection(known)) return;
    const std::string lower_name = absl::AsciiStrToLower({name.data(), name.size()});
    const bool replaced =
        (lower_name == kExternalAddress && !external_address_.empty()) || (lower_name == kVia && !via_.empty());
    if (!replaced && !IsOfProxies(lower_name) && !StopsByValue(lower_name, value)) visit(name, value);
  });
  visit(http::Name(KnownHeader::kXForwardedProto), forwarded_proto_);
  if (!request_id_.empty()) visit(http::Name(KnownHeader::kXRequestId), request_id_);
  if (!forwarded_for_.empty()) visit(http::Name(KnownHeader::kXForwardedFor), forwarded_for_);
  if (!external_address_.empty()) visit(kExternalAddress, external_address_);
  if (!via_.empty()) visit(kVia, via_);
}

ManagedStream::ManagedStream(ClientStream& client, const Forwarding& forwarding)
    : ForwardingStream(client),
      head_(client.head(), forwarding.client_address.use_remote_address ? client.peer() : std::string(),
            client.encrypted(), forwarding),
      tells_request_id_(forwarding.always_set_request_id_in_response) {}

ResponseHead ManagedStream::WithRequestId(const ResponseHead& head) const {
  ResponseHead told = head;
  if (const auto id = head_.Find(KnownHeader::kXRequestId)) told.headers.Set(http::Name(KnownHeader::kXRequestId), *id);
  return told;
}

Task<Status> ManagedStream::Respond(const ResponseHead& head, std::string_view body) {
  return tells_request_id_ ? RespondWith(WithRequestId(head), body) : client().Respond(head, body);
}

Task<Status> ManagedStream::StartResponse(const ResponseHead& head) {
  return tells_request_id_ ? StartWith(WithRequestId(head)) : client().StartResponse(head);
}

Task<Status> ManagedStream::RespondWith(ResponseHead head, std::string_view body) {
  co_return co_await client().Respond(head, body);
}

Task<Status> ManagedStream::StartWith(ResponseHead head) { co_return co_await client().StartResponse(head); }

}  // namespace minato::gateway

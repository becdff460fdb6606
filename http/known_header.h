#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace minato::http {

// Headers that the front asks for on its hot path, told apart once when the head is parsed.
enum class KnownHeader : uint8_t {
  kTe, kHost, kAccept, kCookie, kExpect, kOrigin, kTrailer, kUpgrade, kForwarded, kConnection, kKeepAlive,
  kUserAgent, kTraceparent, kContentType, kGrpcTimeout, kXRequestId, kAuthorization, kIfNoneMatch, kLastEventId,
  kContentLength, kAcceptEncoding, kXForwardedFor, kContentEncoding, kProxyConnection, kTransferEncoding,
  kSecWebSocketKey, kXForwardedProto, kSecWebSocketVersion, kSecWebSocketProtocol, kSecWebSocketExtensions,
  kAccessControlRequestMethod, kAccessControlRequestHeaders,
  kOther,  // Last: none of the above.
};

inline constexpr size_t kKnownHeaderCount = static_cast<size_t>(KnownHeader::kOther);

// In order of the enum.
inline constexpr std::array<std::string_view, kKnownHeaderCount> kKnownHeaderNames = {
    "te", "host", "accept", "cookie", "expect", "origin", "trailer", "upgrade", "forwarded", "connection", "keep-alive",
    "user-agent", "traceparent", "content-type", "grpc-timeout", "x-request-id", "authorization", "if-none-match",
    "last-event-id", "content-length", "accept-encoding", "x-forwarded-for", "content-encoding", "proxy-connection",
    "transfer-encoding", "sec-websocket-key", "x-forwarded-proto", "sec-websocket-version", "sec-websocket-protocol",
    "sec-websocket-extensions", "access-control-request-method", "access-control-request-headers"};

constexpr std::string_view Name(KnownHeader header) { return kKnownHeaderNames[static_cast<size_t>(header)]; }

// `name` is a token (RFC 9110), in any case.
KnownHeader ClassifyHeader(std::string_view name);

// One field of a request head.
struct HeaderView {
  std::string_view name;  // As it was sent; compare without regard to case.
  std::string_view value;
  KnownHeader known = KnownHeader::kOther;
};

}  // namespace minato::http

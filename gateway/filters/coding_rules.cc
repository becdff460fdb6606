#include "gateway/filters/coding_rules.h"

#include <algorithm>
#include <string>

#include "http/http1_chars.h"
#include "http/status_code.h"

namespace minato::gateway {
namespace {

constexpr uint64_t kWorthBytesMin = 1024;  // a packet goes out in any event

bool AnyLineHas(const http::Headers& headers, std::string_view name, std::string_view token) {
  for (const http::HeaderField field : headers) {
    if (field.name == name && http::ListHasToken(field.value, token)) return true;
  }
  return false;
}

bool Shrinks(std::string_view content_type) {
  const std::string_view trimmed = http::TrimOptionalWhitespace(content_type.substr(0, content_type.find(';')));
  std::string type(trimmed);
  std::transform(type.begin(), type.end(), type.begin(), http::ToLower);
  return type.starts_with("text/") || type == "application/json" || type.ends_with("+json") ||
         type == "application/x-ndjson" || type == "application/xml" || type.ends_with("+xml") ||
         type == "application/javascript";
}

}  // namespace

bool MayBeEncoded(std::string_view method, const ResponseHead& head) {
  constexpr int kResetContent = 205;
  constexpr int kPartialContent = 206;
  if (method == "HEAD" || http::StatusForbidsBody(head.status)) return false;
  if (head.status == kResetContent || head.status == kPartialContent) return false;
  return Shrinks(head.content_type) && !head.headers.Has("content-encoding") &&
         !AnyLineHas(head.headers, "cache-control", "no-transform");
}

bool IsWorthEncoding(std::string_view method, const ResponseHead& head, std::optional<uint64_t> body_bytes) {
  return body_bytes.value_or(kWorthBytesMin) >= kWorthBytesMin && MayBeEncoded(method, head);
}

ResponseHead EncodedHead(const ResponseHead& head, http::ContentCoding coding) {
  ResponseHead encoded = head;
  encoded.content_length = std::nullopt;
  encoded.headers.Add("content-encoding", http::Name(coding));
  // The same entity in other bytes: a strong tag would promise the same bytes (RFC 9110, section 8.8.3.3).
  if (const auto tag = head.headers.Find("etag"); tag.has_value() && !tag->starts_with("W/")) {
    encoded.headers.Set("etag", "W/" + std::string(*tag));
  }
  return encoded;
}

bool VariesByEncoding(const ResponseHead& head) {
  return AnyLineHas(head.headers, "vary", "accept-encoding") || AnyLineHas(head.headers, "vary", "*");
}

}  // namespace minato::gateway

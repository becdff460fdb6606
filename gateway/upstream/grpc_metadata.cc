#include "gateway/upstream/grpc_metadata.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>

#include "gateway/grpc_encoding.h"
#include "gateway/grpc_timeout.h"
#include "gateway/grpc_wire.h"
#include "gateway/http_status.h"
#include "gateway/routing/path_unescape.h"

namespace minato::gateway {
namespace {

bool IsBinary(std::string_view name) { return name.ends_with("-bin"); }

// Headers of the client's connection, and those that this call sets itself.
bool StaysBehind(std::string_view name) {
  constexpr std::array<std::string_view, 14> kNames = {
      "connection", "host", "content-length", "transfer-encoding", "keep-alive", "te", "upgrade", "expect",
      "proxy-connection", "http2-settings", "content-type", "content-encoding", "accept-encoding", "trailer"};
  return name.empty() || name.front() == ':' || name.starts_with("grpc-") ||
         std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Base64 with or without padding. What is none passes for bytes, as it does on the way to handlers of our own process.
std::string DecodeBinary(std::string_view value) {
  std::string padded(value);
  while (padded.size() % 4 != 0) padded += '=';
  std::string decoded;
  return absl::Base64Unescape(padded, &decoded) ? decoded : std::string(value);
}

}  // namespace

GrpcRequestHeaders::GrpcRequestHeaders(const RequestHead& request, absl::Duration timeout) {
  // kept_ must not move once views point into it: a first pass counts. Base64 of what was none is the longest.
  size_t bytes = 0;
  request.ForEach([&](std::string_view name, std::string_view value) { bytes += name.size() + value.size() * 4 / 3 + 4; });
  kept_.reserve(bytes);
  views_.emplace_back("te", "trailers");
  views_.emplace_back("content-type", "application/grpc");
  views_.emplace_back("grpc-accept-encoding", kGrpcAcceptEncoding);
  if (timeout != absl::InfiniteDuration()) {
    timeout_ = FormatGrpcTimeout(timeout);
    views_.emplace_back("grpc-timeout", timeout_);
  }
  const auto keep = [&](std::string_view text) {
    const size_t begin = kept_.size();
    kept_.append(text);
    return std::string_view(kept_).substr(begin);
  };
  request.ForEach([&](std::string_view name, std::string_view value) {
    const size_t begin = kept_.size();
    for (const char c : name) kept_ += absl::ascii_tolower(static_cast<unsigned char>(c));
    const std::string_view lower = std::string_view(kept_).substr(begin);
    if (StaysBehind(lower)) {
      kept_.resize(begin);
      return;
    }
    views_.emplace_back(lower, IsBinary(lower) ? keep(absl::Base64Escape(DecodeBinary(value))) : value);
  });
}

Fields MetadataOf(const http::Headers& headers) {
  Fields fields;
  for (const http::HeaderField field : headers) {
    if (field.name == "content-type" || field.name.starts_with("grpc-")) continue;
    if (!IsBinary(field.name)) {
      fields.emplace_back(field.name, field.value);
      continue;
    }
    std::string_view rest = field.value;
    while (true) {
      const size_t comma = rest.find(',');
      fields.emplace_back(field.name, DecodeBinary(rest.substr(0, comma)));
      if (comma == rest.npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return fields;
}

bool IsGrpc(const http::Headers& head) {
  const std::string_view type = head.Find("content-type").value_or("");
  return IsGrpcContentType(type.substr(0, type.find(';')));
}

CallEnd EndOf(const http::Headers& trailers) {
  CallEnd end;
  int code = -1;
  const std::string_view text = trailers.Find("grpc-status").value_or("");
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), code);
  const bool valid = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  if (!valid) {
    end.status = text.empty() ? Unknown("the upstream's answer ended without a grpc-status")
                              : Unknown("the upstream's grpc-status is no number: {}", text);
  } else if (code != 0) {
    const bool known = code > 0 && code <= static_cast<int>(StatusCode::kUnauthenticated);
    end.status = Status(known ? static_cast<StatusCode>(code) : StatusCode::kUnknown,
                        Unescape(trailers.Find("grpc-message").value_or("")));
  }
  if (const auto details = trailers.Find("grpc-status-details-bin")) end.details = DecodeBinary(*details);
  end.trailing_metadata = MetadataOf(trailers);
  return end;
}

Status StatusOfHttp(int http_status, std::string_view content_type) {
  return Error(static_cast<StatusCode>(CodeOfHttpStatus(http_status)), "the upstream answers HTTP {} ({})", http_status,
               content_type);
}

}  // namespace minato::gateway

#include "gateway/filters/transcoder/transcoded_head.h"

#include <absl/strings/match.h>

#include "gateway/grpc_encoding.h"

namespace minato::gateway {

using http::KnownHeader;

namespace {

constexpr std::string_view kGrpc = "application/grpc";
constexpr std::string_view kOriginalPath = "x-envoy-original-path";
constexpr std::string_view kOriginalMethod = "x-envoy-original-method";
constexpr std::string_view kAcceptEncoding = "grpc-accept-encoding";

bool Is(std::string_view lower, std::string_view name) {
  return absl::EqualsIgnoreCase(absl::string_view(name.data(), name.size()),
                                absl::string_view(lower.data(), lower.size()));
}

}  // namespace

std::optional<std::string_view> TranscodedHead::Find(KnownHeader header) const {
  switch (header) {
    case KnownHeader::kContentType: return kGrpc;
    case KnownHeader::kTe: return "trailers";
    case KnownHeader::kContentLength: return std::nullopt;
    default: return original().Find(header);
  }
}

std::optional<std::string_view> TranscodedHead::Find(std::string_view lower_name) const {
  if (lower_name == kOriginalPath) return original().target();
  if (accepts_compressed_ && lower_name == kAcceptEncoding) return kGrpcAcceptEncoding;
  if (const KnownHeader known = http::ClassifyHeader(lower_name); known != KnownHeader::kOther) return Find(known);
  const auto found = original().Find(lower_name);
  if (lower_name == kOriginalMethod && !found.has_value()) return original().method();
  return found;
}

void TranscodedHead::ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const {
  original().ForEach([&](std::string_view name, std::string_view value) {
    switch (http::ClassifyHeader(name)) {
      case KnownHeader::kContentType:
      case KnownHeader::kTe:
      case KnownHeader::kContentLength: return;
      case KnownHeader::kOther:
        if (Is(kOriginalPath, name)) return;
        if (accepts_compressed_ && Is(kAcceptEncoding, name)) return;
        break;
      default: break;
    }
    visit(name, value);
  });
  visit("content-type", kGrpc);
  visit("te", "trailers");
  visit(kOriginalPath, original().target());
  visit(kOriginalMethod, original().method());
  if (accepts_compressed_) visit(kAcceptEncoding, kGrpcAcceptEncoding);
}

}  // namespace minato::gateway

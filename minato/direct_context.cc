#include "minato/direct_context.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>

#include "server/call/error_details.h"

namespace minato {
namespace {

bool IsBinary(std::string_view key) { return key.ends_with("-bin"); }

// Headers that belong to the HTTP hop, not to the call.
bool IsHopHeader(std::string_view key) {
  return key == "connection" || key == "host" || key == "content-length" || key == "transfer-encoding" ||
         key == "keep-alive" || key == "te" || key == "upgrade" || key == "expect";
}

// Binary metadata is base64, with or without padding (gRPC over HTTP/2, "Binary-Header").
std::string DecodeBinary(std::string_view value) {
  std::string padded(value);
  while (padded.size() % 4 != 0) padded += '=';
  std::string decoded;
  return absl::Base64Unescape(padded, &decoded) ? decoded : std::string(value);
}

}  // namespace

std::optional<std::string_view> DirectContext::FindMetadata(std::string_view key) const {
  if (IsHopHeader(key)) return std::nullopt;
  const std::optional<std::string_view> value = request_.Find(key);
  if (!value.has_value() || !IsBinary(key)) return value;
  return *decoded_.emplace_back(std::make_unique<std::string>(DecodeBinary(*value)));
}

void DirectContext::ForEachMetadata(
    absl::FunctionRef<void(std::string_view, std::string_view)> visit) const {
  request_.ForEach([&](std::string_view name, std::string_view value) {
    std::string key(name);
    absl::AsciiStrToLower(&key);
    if (IsHopHeader(key)) return;
    if (IsBinary(key)) {
      visit(key, DecodeBinary(value));
    } else {
      visit(key, value);
    }
  });
}

gateway::CallEnd DirectContext::End(Status status) const {
  gateway::CallEnd end;
  if (!status.ok()) end.details = SerializedDetails(status);
  end.status = std::move(status);
  end.trailing_metadata = trailing_metadata();
  return end;
}

}  // namespace minato

#include "gateway/upstream/header_match.h"

#include <absl/strings/match.h>

namespace minato::gateway {
namespace {

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

// The value of a header or pseudo-header; several of one name are one, joined by commas (RFC 9110, 5.3).
std::optional<std::string> ValueOf(const RequestHead& head, const std::string& name) {
  if (name == ":method") return std::string(head.method());
  if (name == ":path") return std::string(head.target());
  if (name == ":scheme") {
    const auto scheme = head.Find(name);
    return scheme.has_value() ? std::optional(std::string(*scheme)) : std::nullopt;
  }
  if (name == ":authority" || name == "host") return std::string(head.authority());
  std::optional<std::string> joined;
  head.ForEach([&](std::string_view other, std::string_view value) {
    if (!absl::EqualsIgnoreCase(Absl(other), name)) return;
    if (joined.has_value()) {
      joined->append(",").append(value);
    } else {
      joined = std::string(value);
    }
  });
  return joined;
}

}  // namespace

HeaderMatch::HeaderMatch(const config::HeaderMatcher& config)
    : name_(config.name), present_(config.present), invert_(config.invert_match) {
  if (config.value.has_value()) value_.emplace(*config.value);
}

bool HeaderMatch::Matches(const RequestHead& head) const {
  const std::optional<std::string> value = ValueOf(head, name_);
  if (!value_.has_value()) return (value.has_value() == present_) != invert_;
  return value.has_value() && value_->Matches(*value) != invert_;  // an absent header matches nothing, inverted or not
}

}  // namespace minato::gateway

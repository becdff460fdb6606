#include "gateway/upstream/header_match.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <re2/re2.h>

#include "runtime/check.h"

namespace minato::gateway {
namespace {

using config::StringMatcher;

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

// The value of a header or pseudo-header; several of one name are one, joined by commas (RFC 9110, 5.3).
std::optional<std::string> ValueOf(const RequestHead& head, const std::string& name) {
  if (name == ":method") return std::string(head.method());
  if (name == ":path") return std::string(head.target());
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

FullRegex::FullRegex(const std::string& expression) : regex_(std::make_unique<RE2>(expression, RE2::Quiet)) {
  CHECK(regex_->ok(), "\"{}\" is no regular expression: {}", expression, regex_->error());
}
FullRegex::FullRegex(FullRegex&&) noexcept = default;
FullRegex::~FullRegex() = default;

bool FullRegex::Matches(std::string_view text) const {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

StringMatch::StringMatch(const StringMatcher& config) : config_(config) {
  if (config_.kind == StringMatcher::Kind::kRegex) regex_.emplace(config_.text);
  if (config_.ignore_case) absl::AsciiStrToLower(&config_.text);
}

bool StringMatch::Matches(std::string_view text) const {
  std::string lowered;
  if (config_.ignore_case) {
    lowered = absl::AsciiStrToLower(Absl(text));
    text = lowered;
  }
  switch (config_.kind) {
    case StringMatcher::Kind::kExact: return text == config_.text;
    case StringMatcher::Kind::kPrefix: return text.starts_with(config_.text);
    case StringMatcher::Kind::kSuffix: return text.ends_with(config_.text);
    case StringMatcher::Kind::kContains: return text.find(config_.text) != text.npos;
    case StringMatcher::Kind::kRegex: return regex_->Matches(text);
  }
  return false;
}

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

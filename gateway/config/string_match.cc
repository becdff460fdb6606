#include "gateway/config/string_match.h"

#include <absl/strings/ascii.h>
#include <re2/re2.h>

#include "runtime/check.h"

namespace minato::gateway {

using config::StringMatcher;

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
    lowered = absl::AsciiStrToLower(absl::string_view(text.data(), text.size()));
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

}  // namespace minato::gateway

// Matchers of texts (type.matcher.v3.StringMatcher), ready to be asked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/bootstrap.h"

namespace re2 {
class RE2;
}

namespace minato::gateway {

// A regular expression that covers all of a text. CHECKs that it is one: the bootstrap's reader has.
class FullRegex {
 public:
  explicit FullRegex(const std::string& expression);
  FullRegex(FullRegex&&) noexcept;
  ~FullRegex();

  bool Matches(std::string_view text) const;

 private:
  std::unique_ptr<re2::RE2> regex_;
};

class StringMatch {
 public:
  explicit StringMatch(const config::StringMatcher& config);

  bool Matches(std::string_view text) const;

 private:
  config::StringMatcher config_;
  std::optional<FullRegex> regex_;
};

}  // namespace minato::gateway

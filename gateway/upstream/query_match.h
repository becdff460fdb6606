// Matchers of the query (config.route.v3.QueryParameterMatcher), ready to be asked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/string_match.h"

namespace minato::gateway {

class QueryMatch {
 public:
  explicit QueryMatch(const config::QueryParameterMatcher& config);

  // Of the parameters of the name the first one counts. Nothing is decoded, as in Envoy.
  bool Matches(std::string_view query) const;

 private:
  std::string name_;
  bool present_;
  std::optional<StringMatch> value_;
};

}  // namespace minato::gateway

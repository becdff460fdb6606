// Matchers of headers (config.route.v3.HeaderMatcher), ready to be asked.
#pragma once

#include <optional>
#include <string>

#include "gateway/config/string_match.h"
#include "gateway/front/request_head.h"

namespace minato::gateway {

class HeaderMatch {
 public:
  explicit HeaderMatch(const config::HeaderMatcher& config);

  bool Matches(const RequestHead& head) const;

 private:
  std::string name_;
  bool present_;
  bool invert_;
  std::optional<StringMatch> value_;
};

}  // namespace minato::gateway

#pragma once

#include <string_view>

namespace minato::gateway::config {

// The one of `names` (separated by one space) that somebody may have meant by `word`: at most two letters off, case and
// underscores aside; "" if there is none.
std::string_view ClosestName(std::string_view word, std::string_view names);

}  // namespace minato::gateway::config

#include "gateway/routing/query.h"

#include <algorithm>
#include <cstddef>

namespace minato::gateway {

bool QuerySplitter::Next(QueryParameter& parameter) {
  while (!rest_.empty()) {
    const std::string_view entry = rest_.substr(0, rest_.find('&'));
    rest_.remove_prefix(std::min(entry.size() + 1, rest_.size()));
    const size_t equals = entry.find('=');
    if (equals == 0 || equals == std::string_view::npos) continue;
    parameter = {entry.substr(0, equals), entry.substr(equals + 1)};
    return true;
  }
  return false;
}

}  // namespace minato::gateway

#include "gateway/config/bootstrap.h"

#include <fmt/format.h>

namespace minato::gateway::config {

std::string Place::ToString() const { return fmt::format("{}:{}: {}", file, line, path); }

}  // namespace minato::gateway::config

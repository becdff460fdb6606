#pragma once

#include <cstddef>
#include <string>

#include "runtime/status.h"

namespace minato::gateway::config {

// The content of a file; NotFound, or InvalidArgument for more than `bytes_max`, with its name.
StatusOr<std::string> ReadBoundedFile(const std::string& name, size_t bytes_max);

}  // namespace minato::gateway::config

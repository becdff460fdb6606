#pragma once

#include <string>

#include "gateway/config/bootstrap.h"

namespace minato::gateway::config {

// What was understood of a bootstrap, for people (--check): listeners, chains, routes, transcoders with the options
// that are not at their defaults, clusters. Several lines, the last one ended.
std::string Describe(const Bootstrap& bootstrap);

}  // namespace minato::gateway::config

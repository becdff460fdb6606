// Query parameters that name no field, for a google.api.HttpBody that takes them (capture_unknown_query_parameters).
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace minato::gateway {

// A serialized google.protobuf.Any of Envoy's UnknownQueryParams: a map from names to lists of values. Empty if there
// are none.
std::string UnknownQueryParamsAny(const std::vector<std::pair<std::string, std::vector<std::string>>>& unknown);

}  // namespace minato::gateway

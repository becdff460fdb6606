#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/routing/route_table.h"
#include "gateway/transcode/binding.h"
#include "runtime/status.h"

namespace minato::gateway {

struct UrlBindings {
  Bindings bindings;  // Path variables first, then the query in order.
  // UnknownName::kCapture: decoded values under each unknown name, names and values in order of arrival.
  std::vector<std::pair<std::string, std::vector<std::string>>> unknown;
};

// What path and query of a matched request say about its fields. Values are decoded, not yet converted.
//
// InvalidArgument names what names no field, and the parameter of a map whose key or value is none. NotFound (UnknownName::kPassThrough): take it as if no route had matched.
StatusOr<UrlBindings> BindUrl(const RouteMatch& match, std::string_view query, const RoutingOptions& options);

}  // namespace minato::gateway

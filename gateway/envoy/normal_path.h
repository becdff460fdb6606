// What Envoy's connection manager makes of a path before anything looks at it (normalize_path, merge_slashes,
// path_with_escaped_slashes_action).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace minato::gateway {

// Dot segments resolved (RFC 3986, 5.2.4), "\" taken for "/", escapes of unreserved characters undone, characters that
// do not belong into a path escaped. `path` has no query. nullopt: it has %00, which Envoy refuses.
std::optional<std::string> NormalizePath(std::string_view path);

std::string MergeSlashes(std::string_view path);

// %2F and %5C as the slashes that they stand for (path_with_escaped_slashes_action); nullopt: it has none.
std::optional<std::string> UnescapeSlashes(std::string_view path);

}  // namespace minato::gateway

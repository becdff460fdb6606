#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/transcode/schema.h"

namespace minato::gateway {

// A value from the URL for one field of the request: a path variable or a query parameter,
// percent-decoded. `path` comes from ResolvePath. It is converted as a JSON string would be ("" is
// no number); for a google.protobuf.Value it is a string. A repeated last field takes one element a
// binding; a repeated message in the middle gets one new element that takes all bindings through
// it. Order matters: of several bindings of one singular field the last wins (path variables first,
// then the query).
struct Binding {
  FieldPath path;
  std::string value;
  // Set: `path` leads to a map, of which this is one entry's key. Of several with one key the last
  // wins, and an entry of the body over all of them.
  std::optional<std::string> key = std::nullopt;
};

using Bindings = std::vector<Binding>;

}  // namespace minato::gateway

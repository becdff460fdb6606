// Which field an error text of ours is about: these begin with its path.
#pragma once

#include <optional>
#include <string_view>

#include "runtime/status.h"

namespace minato::gateway {

// As in google.rpc.BadRequest. Views into the status's message.
struct FieldViolation {
  std::string_view field;  // a path, or the name of a query parameter
  std::string_view description;
};

// Of INVALID_ARGUMENT "tags[1]: is no string" and the like.
std::optional<FieldViolation> FieldViolationOf(const Status& error);

}  // namespace minato::gateway

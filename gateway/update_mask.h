#pragma once

#include <string_view>

#include "gateway/routing/route_table.h"
#include "gateway/transcode/json_to_wire.h"

namespace minato::gateway {

// A PATCH that does not say which fields it means, means those that its body mentions (AIP-134): binds them to the
// request's field update_mask, if that is a google.protobuf.FieldMask and nothing has set it. `body` is all of the body;
// one that cannot be read, or is the whole request (body: "*"), says nothing.
void FillUpdateMask(const Route& route, std::string_view body, JsonRequest& request);

}  // namespace minato::gateway

#pragma once

#include <string>
#include <string_view>

#include "gateway/transcode/schema.h"
#include "gateway/transcode/wire_to_json.h"

namespace minato::gateway {

// The details of a serialized google.rpc.Status as a JSON array in one line, "" if it is none. `any` is
// google.protobuf.Any, whose schema says which types are known. A detail of another type, or whose bytes are not of its
// type, keeps them for whoever knows it: {"@type":"type.googleapis.com/x.Y","value":"<base64>"}.
std::string ErrorDetailsJson(const MessageTable& any, std::string_view status, JsonPrintOptions print);

}  // namespace minato::gateway

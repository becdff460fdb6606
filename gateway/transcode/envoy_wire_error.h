#pragma once

#include <string>
#include <string_view>

#include "gateway/transcode/schema.h"

namespace minato::gateway {

// What Envoy (protobuf's JSON printer, which reads a whole message before it prints any of it) has
// against the wire form of a message: "unexpected EOF". "" if nothing: it takes some messages that
// are cut off in a length or in a tag for complete ones.
//
// Slow: for a message that could not be printed.
std::string EnvoyWireError(const MessageTable& message, std::string_view wire);

}  // namespace minato::gateway

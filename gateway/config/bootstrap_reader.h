// Envoy's bootstrap (config/bootstrap/v3), YAML or JSON, into the structs of bootstrap.h.
#pragma once

#include <string>
#include <string_view>

#include "gateway/config/bootstrap.h"
#include "runtime/status.h"

namespace minato::gateway::config {

// Whatever is not understood is refused, never passed over. InvalidArgument with one line an error:
// "FILE:LINE: static_resources.listeners[0].…: unknown field "x" in …", "… is not supported", "… is required".
StatusOr<Bootstrap> ReadBootstrap(std::string_view yaml, std::string_view file_name);

// The same from a file; relative names inside it stay as they are (Envoy's are relative to where it was started).
StatusOr<Bootstrap> ReadBootstrapFile(const std::string& file_name);

}  // namespace minato::gateway::config

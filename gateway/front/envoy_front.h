#pragma once

#include "gateway/config/bootstrap.h"
#include "gateway/front/limits.h"

namespace minato::gateway {

// server_name, server_header_transformation and via.
Identity IdentityOf(const config::HttpConnectionManager& manager);

// The front as Envoy's HttpConnectionManager is, with the limits and times that it was given. Stricter than Envoy in a
// few things that make a message ambiguous: docs/envoy.md names them.
FrontLimits EnvoyFront(const config::HttpConnectionManager& manager, ErrorShape error_shape = ErrorShape::kEnvoy);

}  // namespace minato::gateway

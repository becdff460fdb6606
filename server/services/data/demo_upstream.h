// The HTTP API that stands behind source `external` when the deployment names none: it answers
// every GET with a small JSON object.
#pragma once

#include "server/backends/http_client/loopback_server.h"

namespace minato::data {

StatusOr<std::unique_ptr<http_client::LoopbackServer>> StartDemoUpstream();

}  // namespace minato::data

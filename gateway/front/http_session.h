// A connection whose client has not said yet which HTTP it speaks.
#pragma once

#include "gateway/front/client_stream.h"
#include "gateway/front/limits.h"
#include "gateway/transport/connection.h"

namespace minato::gateway {

// HTTP/2 if the client begins with its preface (prior knowledge), else HTTP/1.1; `Upgrade: h2c` is passed over, as RFC
// 9113 allows. Returns when the connection is closed. `draining` as for ServeHttp1.
Task<void> ServeHttp(Connection& connection, RequestHandler& handler, const FrontLimits& limits,
                     const bool& draining);

}  // namespace minato::gateway

// A connection that speaks HTTP/1.1: one request after another until either side ends it.
#pragma once

#include "gateway/front/client_stream.h"
#include "gateway/transport/connection.h"
#include "gateway/front/limits.h"

namespace minato::gateway {

// Answers by itself what cannot be parsed, in the style of the limits. Returns when the connection is closed.
// `draining` is looked at between requests; Connection::InterruptWhenIdle wakes a session that waits for one.
Task<void> ServeHttp1(Connection& connection, RequestHandler& handler, const FrontLimits& limits,
                      const bool& draining);

}  // namespace minato::gateway

// A connection that speaks HTTP/2: requests side by side until either side ends it.
#pragma once

#include "gateway/front/client_stream.h"
#include "gateway/front/limits.h"
#include "gateway/transport/connection.h"

namespace minato::gateway {

// The client's preface comes next. Returns when the connection is closed. After Connection::InterruptWhenIdle the
// client is asked to send no further requests, and the connection ends with those that are there.
Task<void> ServeHttp2(Connection& connection, RequestHandler& handler, const FrontLimits& limits);

}  // namespace minato::gateway

// A chain of HTTP filters, as a request goes down it: each filter serves a ClientStream by handing it, itself or
// wrapped in a ClientStream of its own (other head, other body, other answer), to the next one. The last is the router.
#pragma once

#include "gateway/front/client_stream.h"
#include "gateway/upstream/route_choice.h"

namespace minato::gateway {

// Immutable, one worker's. Built from the end of the chain: `next` outlives the filter.
class HttpFilter {
 public:
  virtual ~HttpFilter() = default;

  // Must answer. `route` is the request's, chosen for the head as it came; a filter that changes the head may choose
  // again.
  virtual Task<void> Serve(ClientStream& stream, RouteChoice& route) = 0;
};

}  // namespace minato::gateway

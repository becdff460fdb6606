// What routes, virtual hosts and the route_config change in heads (Envoy: Router::HeaderParser::evaluateHeaders).
#pragma once

#include <list>
#include <string>

#include "gateway/upstream/http_call.h"
#include "gateway/upstream/route_choice.h"
#include "http/headers.h"

namespace minato::gateway {

// Of a request. Views into `levels` and `values`, which has those that had to be made: both must outlive the headers.
void Mutate(const HeaderLevels& levels, HeaderViews& headers, std::list<std::string>& values);
// Of an answer.
void Mutate(const HeaderLevels& levels, http::Headers& headers);

}  // namespace minato::gateway

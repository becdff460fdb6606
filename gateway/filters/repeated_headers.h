// Envoy keeps one value of some headers: where they come again it is joined with commas, and empty values do not count.
// Of others each field stays what it is.
#pragma once

#include <list>
#include <optional>
#include <string>

#include "gateway/front/request_head.h"
#include "gateway/upstream/http_call.h"
#include "http/headers.h"

namespace minato::gateway {

// Of a request. `values` holds those that had to be made.
void JoinRepeated(HeaderViews& headers, std::list<std::string>& values);
// Of one such header of a request; empty if it has none.
std::string JoinedValue(const RequestHead& head, http::KnownHeader header);
void JoinRepeatedOfRequest(http::Headers& headers);
// Of an answer.
void JoinRepeated(http::Headers& headers);
// Of an answer's trailers; nullopt: they stay as they are.
std::optional<http::Headers> JoinedTrailers(const http::Headers& trailers);

}  // namespace minato::gateway

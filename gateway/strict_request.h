// What is said to requests that no route describes, where the gateway is strict about it.
#pragma once

#include "gateway/front/request_head.h"
#include "gateway/routing/route_table.h"
#include "runtime/status.h"

namespace minato::gateway {

// Of a match that found nothing: NOT_FOUND, or for a path that is known by another method an error with the HTTP status
// 405, whose answer also has `match.allow` as its Allow header.
Status NoSuchRoute(const RequestHead& head, const RouteMatch& match);

// INVALID_ARGUMENT for a body that came where the route's rule names none.
Status TakesNoBody(const Route& route);

}  // namespace minato::gateway

#include "gateway/strict_request.h"

#include "gateway/http_status.h"

namespace minato::gateway {

Status NoSuchRoute(const RequestHead& head, const RouteMatch& match) {
  if (match.outcome == RouteMatch::Outcome::kMethodNotAllowed) {
    return WithHttpStatus(
        Unimplemented("{} is not allowed on {}; allowed: {}", head.method(), head.path(), match.allow), 405);
  }
  return NotFound("no route matches {} {}", head.method(), head.path());
}

Status TakesNoBody(const Route& route) {
  return InvalidArgument("{} {} takes no request body", route.http_method, route.path_template);
}

}  // namespace minato::gateway

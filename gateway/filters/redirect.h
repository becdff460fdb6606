// Where clients are sent, and where a rewritten path leads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/bootstrap.h"
#include "gateway/front/request_head.h"

namespace minato::gateway {

// A path and its query, with `prefix_rewrite` in the place of what `match` says of it: a prefix, or the whole path.
// nullopt: nothing changes, because there is nothing to rewrite or a filter has put another path there.
std::optional<std::string> RewrittenTarget(const config::RouteMatch& match, std::string_view prefix_rewrite,
                                           std::string_view target);

// The URL of a `location` (Envoy: Http::Utility::newUri). `scheme` is the request's, `forwarded_proto` what
// x-forwarded-proto says, and `target` where the request goes once its path is rewritten.
std::string LocationOf(const RequestHead& head, std::string_view scheme, std::string_view forwarded_proto,
                       std::string_view target, const config::RedirectAction& action);

}  // namespace minato::gateway

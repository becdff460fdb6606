#pragma once

#include <string_view>

namespace minato::gateway {

// Whether the value is no Referer as of RFC 9110, 10.1.3: an absolute URL with a fragment, user information or a bad
// authority. Of relative ones Envoy looks at the fragment only, and at what characters there are (Envoy:
// Http::Utility::isValidRefererValue).
bool IsBadReferer(std::string_view value);

}  // namespace minato::gateway

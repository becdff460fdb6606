#pragma once

#include <string_view>

namespace minato::http {

// Is it one of HTTP's methods, WebDAV's and a few of their kin? In capitals, as they are registered.
bool IsKnownMethod(std::string_view method);

}  // namespace minato::http

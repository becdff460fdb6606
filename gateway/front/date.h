// The Date header's value, made once a second and thread.
#pragma once

#include <string_view>

#include <absl/time/time.h>

namespace minato::gateway {

// IMF-fixdate (RFC 9110 section 5.6.7). The view holds until the thread's next call.
std::string_view DateOf(absl::Time now);

}  // namespace minato::gateway

// Loopback only, unless told otherwise.
#pragma once

#include <string_view>

#include "runtime/status.h"

namespace minato {

// Whether only this machine reaches host:port. A name other than localhost counts as reached by others.
bool IsLoopback(std::string_view address);

// PERMISSION_DENIED for an address that other machines reach, unless `allow_public_address`
// (--allow_unauthenticated_public_address).
Status RequireAllowed(std::string_view flag, std::string_view address, bool allow_public_address);

}  // namespace minato

// What a user's fields may hold.
#pragma once

#include <string_view>

#include "runtime/status.h"

namespace minato::user {

// 1 to 200 characters of UTF-8, none of them a control character.
Status CheckName(std::string_view name);
Status CheckEmail(std::string_view email);

}  // namespace minato::user

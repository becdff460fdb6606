// What rooms, names and texts may be.
#pragma once

#include <string_view>

#include "runtime/status.h"

namespace minato::chat {

// 1 to 64 of A-Z a-z 0-9 . _ -
Status CheckRoom(std::string_view room);
// 1 to 64 characters of UTF-8 without control characters.
Status CheckName(std::string_view name);
// 1 to 4,096 bytes.
Status CheckText(std::string_view text);

}  // namespace minato::chat

#include "server/services/chat/chat_fields.h"

#include <algorithm>

#include "server/call/error_details.h"
#include "server/services/text.h"

namespace minato::chat {
namespace {

bool IsRoomCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

}  // namespace

Status CheckRoom(std::string_view room) {
  if (!room.empty() && room.size() <= 64 && std::all_of(room.begin(), room.end(), IsRoomCharacter)) {
    return OkStatus();
  }
  return BadField("room", "must be 1 to 64 of the characters A-Z a-z 0-9 . _ -");
}

Status CheckName(std::string_view name) {
  const size_t characters = CountCharacters(name);
  if (characters >= 1 && characters <= 64 && !HasControlCharacter(name)) return OkStatus();
  return BadField("name", "must be 1 to 64 characters without control characters");
}

Status CheckText(std::string_view text) {
  if (!text.empty() && text.size() <= 4096) return OkStatus();
  return BadField("text", fmt::format("must be 1 to 4096 bytes, found {}", text.size()));
}

}  // namespace minato::chat

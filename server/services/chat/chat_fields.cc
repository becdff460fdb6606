#include "server/services/chat/chat_fields.h"

#include <algorithm>

#include "server/call/error_details.h"

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
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const auto characters = std::count_if(name.begin(), name.end(), starts);
  if (characters >= 1 && characters <= 64 && std::none_of(name.begin(), name.end(), is_control)) return OkStatus();
  return BadField("name", "must be 1 to 64 characters without control characters");
}

Status CheckText(std::string_view text) {
  if (!text.empty() && text.size() <= 4096) return OkStatus();
  return BadField("text", fmt::format("must be 1 to 4096 bytes, found {}", text.size()));
}

}  // namespace minato::chat

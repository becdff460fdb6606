#include "server/services/user/user_fields.h"

#include <algorithm>

#include "server/call/error_details.h"
#include "server/services/email_address.h"

namespace minato::user {

Status CheckName(std::string_view name) {
  constexpr std::ptrdiff_t kCharactersMax = 200;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (name.empty()) return BadField("user.name", "is required");
  const auto characters = std::count_if(name.begin(), name.end(), [&](char c) { return !continues(c); });
  if (characters > kCharactersMax) {
    return BadField("user.name", fmt::format("has {} characters, the limit is {}", characters, kCharactersMax));
  }
  if (std::any_of(name.begin(), name.end(), is_control)) {
    return BadField("user.name", "holds a control character");
  }
  return OkStatus();
}

Status CheckEmail(std::string_view email) {
  if (email.empty()) return BadField("user.email", "is required");
  if (!IsEmailAddress(email)) return BadField("user.email", "is no mail address such as ann@example.com");
  return OkStatus();
}

}  // namespace minato::user

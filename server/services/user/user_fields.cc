#include "server/services/user/user_fields.h"

#include "server/call/error_details.h"
#include "server/services/email_address.h"
#include "server/services/text.h"

namespace minato::user {

Status CheckName(std::string_view name) {
  constexpr size_t kCharactersMax = 200;
  if (name.empty()) return BadField("user.name", "is required");
  const size_t characters = CountCharacters(name);
  if (characters > kCharactersMax) {
    return BadField("user.name", fmt::format("has {} characters, the limit is {}", characters, kCharactersMax));
  }
  if (HasControlCharacter(name)) return BadField("user.name", "holds a control character");
  return OkStatus();
}

Status CheckEmail(std::string_view email) {
  if (email.empty()) return BadField("user.email", "is required");
  if (!IsEmailAddress(email)) return BadField("user.email", "is no mail address such as ann@example.com");
  return OkStatus();
}

}  // namespace minato::user

#include "server/services/stock/symbol.h"

#include <algorithm>

#include <absl/strings/ascii.h>

#include "server/call/error_details.h"

namespace minato::stock {
namespace {

constexpr size_t kLengthMax = 12;

bool IsWithin(char c) { return absl::ascii_isalnum(c) || c == '.' || c == '-'; }

}  // namespace

StatusOr<Symbol> Symbol::Parse(std::string_view text, std::string_view field) {
  if (text.empty() || text.size() > kLengthMax) {
    return BadField(field,
                    fmt::format("has {} characters, must have 1 to {}", text.size(), kLengthMax));
  }
  if (!std::all_of(text.begin(), text.end(), IsWithin)) {
    return BadField(field, "must consist of letters, digits, '.' and '-'");
  }
  if (!absl::ascii_isalnum(text.front())) {
    return BadField(field, "must begin with a letter or a digit");
  }
  std::string upper(text);
  for (char& c : upper) c = absl::ascii_toupper(c);
  return Symbol(std::move(upper));
}

}  // namespace minato::stock

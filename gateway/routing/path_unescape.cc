#include "gateway/routing/path_unescape.h"

#include <cstdint>

namespace minato::gateway {
namespace {

constexpr std::string_view kReserved = "!#$&'()*+,/:;=?@[]";

bool IsDecoded(char c, UnescapeSpec spec) {
  switch (spec) {
    case UnescapeSpec::kAllExceptReserved: return kReserved.find(c) == std::string_view::npos;
    case UnescapeSpec::kAllExceptSlash: return c != '/';
    case UnescapeSpec::kAll: return true;
  }
  return true;
}

}  // namespace

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void AppendUnescaped(std::string& out, std::string_view text, UnescapeSpec spec, PlusSign plus) {
  const std::string_view special = plus == PlusSign::kIsSpace ? "%+" : "%";
  while (true) {
    const size_t found = special.size() == 1 ? text.find('%') : text.find_first_of(special);
    out.append(text.substr(0, found));
    if (found == std::string_view::npos) return;
    text.remove_prefix(found);
    if (text.front() == '+') {
      out.push_back(' ');
      text.remove_prefix(1);
      continue;
    }
    const int high = text.size() > 2 ? HexDigit(text[1]) : -1;
    const int low = text.size() > 2 ? HexDigit(text[2]) : -1;
    if (high >= 0 && low >= 0) {
      const char c = static_cast<char>(high << 4 | low);
      if (IsDecoded(c, spec)) {
        out.push_back(c);
        text.remove_prefix(3);
        continue;
      }
    }
    out.push_back('%');
    text.remove_prefix(1);
  }
}

}  // namespace minato::gateway

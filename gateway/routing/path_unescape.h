#pragma once

#include <string>
#include <string_view>

namespace minato::gateway {

// Which %XX to decode in a path variable of several segments. A variable of one segment, a query name and a query
// value are always decoded whole. (Envoy: url_unescape_spec.)
enum class UnescapeSpec {
  kAllExceptReserved,  // Leaves what decodes to one of !#$&'()*+,/:;=?@[] (RFC 6570).
  kAllExceptSlash,
  kAll,
};

enum class PlusSign { kKeep, kIsSpace };

// Of 0-9, a-f, A-F; -1 for anything else.
int HexDigit(char c);

// An escape that is incomplete or not hexadecimal stays as it is.
void AppendUnescaped(std::string& out, std::string_view text, UnescapeSpec spec = UnescapeSpec::kAll,
                     PlusSign plus = PlusSign::kKeep);

inline std::string Unescape(std::string_view text, UnescapeSpec spec = UnescapeSpec::kAll,
                            PlusSign plus = PlusSign::kKeep) {
  std::string out;
  AppendUnescaped(out, text, spec, plus);
  return out;
}

}  // namespace minato::gateway

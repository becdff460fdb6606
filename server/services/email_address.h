// What counts as one mail address.
#pragma once

#include <string_view>

namespace minato {

// The form that mail systems take in practice (RFC 5321 section 4.1.2, without quoted local parts and address
// literals): at most 254 bytes, dot-atom "@" a domain of at least two labels. UTF-8 is allowed (RFC 6531), control
// characters, white space and line breaks are not.
bool IsEmailAddress(std::string_view text);

}  // namespace minato

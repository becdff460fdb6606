#pragma once

#include <string_view>

namespace minato::http {

// Of the authority of an absolute target, as URL parsers read it.

// Behind user information ("user:password@"), if there is any; empty if that is none.
std::string_view WithoutUserinfo(std::string_view authority);
// A name of letters, digits, dots and dashes, or an IPv6 address in brackets; a port up to 65535 may follow.
bool IsUrlHost(std::string_view host);
// Decimal, up to 65535.
bool IsPort(std::string_view text);
// Of an IsUrlHost.
bool HasPort(std::string_view host);

}  // namespace minato::http

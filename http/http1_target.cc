#include "http/http1_target.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace minato::http {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlphanumeric(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsNameChar(char c) { return IsAlphanumeric(c) || c == '.' || c == '-'; }
bool IsUserinfoChar(char c) {
  return IsAlphanumeric(c) || std::string_view("-_.!~*'()%;:&=+$,").find(c) != std::string_view::npos;
}

bool IsIpv6(std::string_view text) {
  in6_addr address;
  return ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

}  // namespace

std::string_view WithoutUserinfo(std::string_view authority) {
  const size_t at = authority.find('@');
  if (at == std::string_view::npos) return authority;
  if (!std::all_of(authority.begin(), authority.begin() + static_cast<std::ptrdiff_t>(at), IsUserinfoChar)) return {};
  return authority.substr(at + 1);
}

bool IsPort(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), IsDigit)) return false;
  uint32_t port = 0;
  for (const char c : text) {
    port = port * 10 + static_cast<uint32_t>(c - '0');
    if (port > 0xffff) return false;
  }
  return true;
}

bool IsUrlHost(std::string_view host) {
  size_t end = 0;
  if (host.starts_with('[')) {
    end = host.find(']');
    if (end == std::string_view::npos || !IsIpv6(host.substr(1, end - 1))) return false;
    ++end;
  } else {
    end = std::min(host.find(':'), host.size());
    if (end == 0 || !std::all_of(host.begin(), host.begin() + static_cast<std::ptrdiff_t>(end), IsNameChar)) return false;
  }
  if (end == host.size()) return true;
  return host[end] == ':' && IsPort(host.substr(end + 1));
}

bool HasPort(std::string_view host) {
  const size_t colon = host.rfind(':');
  return colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
}

}  // namespace minato::http

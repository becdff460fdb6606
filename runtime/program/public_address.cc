#include "runtime/program/public_address.h"

#include <arpa/inet.h>

#include <string>

namespace minato {

bool IsLoopback(std::string_view address) {
  std::string host(address.substr(0, address.rfind(':')));
  if (host == "localhost") return true;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6;
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

Status RequireAllowed(std::string_view flag, std::string_view address, bool allow_public_address) {
  if (IsLoopback(address) || allow_public_address) return OkStatus();
  return PermissionDenied(
      "--{}={}: other machines reach this address, and there is no authentication; "
      "--allow_unauthenticated_public_address would allow it",
      flag, address);
}

}  // namespace minato

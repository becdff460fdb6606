#include "gateway/filters/client_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>

#include <algorithm>
#include <memory>

namespace minato::gateway {
namespace {

constexpr std::string_view kLoopback = "127.0.0.1";

bool IsLoopback(std::string_view ip) { return ip.starts_with("127.") || ip == "::1"; }

}  // namespace

std::string_view IpOf(std::string_view peer) {
  const std::string_view ip = peer.substr(0, peer.rfind(':')).substr(std::min(peer.size(), size_t{5}));
  return ip.starts_with('[') ? ip.substr(1, ip.size() - 2) : ip;
}

std::string OwnIp() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return std::string(kLoopback);
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(list, &::freeifaddrs);
  for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
    char text[INET_ADDRSTRLEN];
    const auto* const address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text)) != nullptr && !IsLoopback(text)) return text;
  }
  return std::string(kLoopback);
}

std::string ForwardedIp(std::string_view x_forwarded_for, const ClientAddress& client_address) {
  uint32_t behind = client_address.xff_num_trusted_hops;  // the address that we look for
  if (client_address.use_remote_address) {
    if (behind == 0) return {};
    --behind;  // the last of these hops is the peer
  }
  std::string_view list = x_forwarded_for;
  for (; behind > 0; --behind) {
    const size_t comma = list.rfind(',');
    if (comma == list.npos) return {};
    list = list.substr(0, comma);
  }
  const size_t comma = list.rfind(',');
  std::string_view one = comma == list.npos ? list : list.substr(comma + 1);
  const size_t begin = one.find_first_not_of(" \t");
  if (begin == one.npos) return {};
  one = one.substr(begin, one.find_last_not_of(" \t") - begin + 1);
  std::string ip(one);
  unsigned char bytes[sizeof(in6_addr)];
  char text[INET6_ADDRSTRLEN];
  if (::inet_pton(AF_INET, ip.c_str(), bytes) == 1) return ip;
  if (::inet_pton(AF_INET6, ip.c_str(), bytes) != 1) return {};
  return ::inet_ntop(AF_INET6, bytes, text, sizeof(text));
}

std::string ForwardedFor(std::string_view sent, std::string_view ip, std::string_view own_ip) {
  std::string all(sent);
  if (!all.empty()) all += ',';
  return all.append(IsLoopback(ip) ? own_ip : ip);
}

}  // namespace minato::gateway

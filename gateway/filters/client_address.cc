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

std::string LastForwardedFor(std::string_view x_forwarded_for) {
  const size_t comma = x_forwarded_for.rfind(',');
  std::string_view last = comma == x_forwarded_for.npos ? x_forwarded_for : x_forwarded_for.substr(comma + 1);
  const size_t begin = last.find_first_not_of(" \t");
  if (begin == last.npos) return {};
  last = last.substr(begin, last.find_last_not_of(" \t") - begin + 1);
  const std::string ip(last);
  unsigned char bytes[sizeof(in6_addr)];
  char text[INET6_ADDRSTRLEN];
  if (::inet_pton(AF_INET, ip.c_str(), bytes) == 1) return ip + ":0";
  if (::inet_pton(AF_INET6, ip.c_str(), bytes) != 1) return {};
  return std::string("[").append(::inet_ntop(AF_INET6, bytes, text, sizeof(text))).append("]:0");
}

std::string ForwardedFor(std::string_view sent, std::string_view ip, std::string_view own_ip) {
  std::string all(sent);
  if (!all.empty()) all += ',';
  return all.append(IsLoopback(ip) ? own_ip : ip);
}

}  // namespace minato::gateway

// The address of the client, and what is told of it (Envoy: ConnectionManagerUtility::mutateRequestHeaders).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace minato::gateway {

// Of "ipv4:127.0.0.1:40312" or "ipv6:[::1]:40312".
std::string_view IpOf(std::string_view peer);

// By which a client on a loopback address is told of: the first IPv4 address of this machine that is none, else
// 127.0.0.1.
std::string OwnIp();

// How the address of the client is found.
struct ClientAddress {
  bool use_remote_address = false;    // it is the peer's; else x-forwarded-for tells it
  uint32_t xff_num_trusted_hops = 0;  // proxies in front of us that may be believed what they add to x-forwarded-for
};

// The IP that x-forwarded-for tells of the client; empty if it tells none, and the peer's counts.
std::string ForwardedIp(std::string_view x_forwarded_for, const ClientAddress& client_address);

// x-forwarded-for with `ip` behind what the client sent; `own_ip` in its place if that is a loopback address.
std::string ForwardedFor(std::string_view sent, std::string_view ip, std::string_view own_ip);

}  // namespace minato::gateway

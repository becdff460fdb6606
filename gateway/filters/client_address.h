// What use_remote_address makes of the client's address (Envoy: ConnectionManagerUtility::mutateRequestHeaders).
#pragma once

#include <string>
#include <string_view>

namespace minato::gateway {

// Of "ipv4:127.0.0.1:40312" or "ipv6:[::1]:40312".
std::string_view IpOf(std::string_view peer);

// By which a client on a loopback address is told of: the first IPv4 address of this machine that is none, else
// 127.0.0.1.
std::string OwnIp();

// The last one that x-forwarded-for tells of, as "192.0.2.1:0" or "[2001:db8::1]:0"; empty if that is no IP.
std::string LastForwardedFor(std::string_view x_forwarded_for);

// x-forwarded-for with `ip` behind what the client sent; `own_ip` in its place if that is a loopback address.
std::string ForwardedFor(std::string_view sent, std::string_view ip, std::string_view own_ip);

}  // namespace minato::gateway

#include "gateway/envoy/normal_host.h"

#include <cstdint>

#include <absl/strings/numbers.h>

namespace minato::gateway {

std::string WithoutTrailingDot(std::string_view host) {
  const size_t dot = host.rfind('.');
  std::string name(host);
  if (dot != host.npos && (dot + 1 == host.size() || host[dot + 1] == ':')) name.erase(dot, 1);
  return name;
}

std::string_view WithoutPort(std::string_view host, std::optional<uint32_t> port) {
  const size_t colon = host.rfind(':');
  if (colon == host.npos) return host;
  const size_t bracket = host.rfind(']');
  if (bracket != host.npos && bracket > colon) return host;  // it is one of an IPv6 address
  uint32_t said = 0;
  const std::string_view digits = host.substr(colon + 1);
  if (!absl::SimpleAtoi(absl::string_view(digits.data(), digits.size()), &said)) return host;
  return port.has_value() && said != *port ? host : host.substr(0, colon);
}

}  // namespace minato::gateway

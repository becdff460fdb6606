// What Envoy's connection manager makes of a request's host before anything looks at it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace minato::gateway {

// strip_trailing_host_dot: that of the name, also in front of a port.
std::string WithoutTrailingDot(std::string_view host);

// strip_any_host_port, or with `port` strip_matching_host_port: only that one. What is no number stays.
std::string_view WithoutPort(std::string_view host, std::optional<uint32_t> port = std::nullopt);

}  // namespace minato::gateway

// What a file says that Minato does not know, and what its author may have meant: names of Envoy's API v2, types of
// extensions that Envoy does not have or has elsewhere, and ways around what is not supported.
#pragma once

#include <string>
#include <string_view>

namespace minato::gateway::config {

inline constexpr std::string_view kApiV2 = "it is of Envoy's API v2, which Envoy dropped";

// The field of the message that another name stands for, where the names alone do not show it; "" if none is known.
std::string_view MeantBy(std::string_view message, std::string_view unknown_field);
// Whether the message had a field of that name in API v2.
bool IsOfApiV2(std::string_view message, std::string_view unknown_field);

// How to do without a field that Envoy has; "" if there is nothing to say.
std::string_view WayOut(std::string_view message, std::string_view field);

// Why the type of an extension is not taken where one of these is wanted.
enum class ExtensionKind { kHttpFilter, kPerRoute, kNetworkFilter, kListenerFilter };
std::string WhyNot(ExtensionKind wanted, std::string_view type);

}  // namespace minato::gateway::config

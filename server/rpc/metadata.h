// Which metadata belongs to applications.
#pragma once

#include <string_view>

namespace minato::rpc {

// gRPC's own and the connection's: never shown to handlers, never sent for them.
bool IsReserved(std::string_view key);

// Whether gRPC takes the field from a handler; it would end the process over an illegal one.
bool IsSendable(std::string_view key, std::string_view value);

}  // namespace minato::rpc

// A connection that we open.
#pragma once

#include <string>

#include "gateway/config/bootstrap.h"
#include "gateway/transport/connection.h"

namespace minato::gateway {

using SocketAddress = boost::asio::ip::tcp::endpoint;

// "127.0.0.1:50051", "[::1]:50051"
std::string ToString(const SocketAddress& address);

// A socket connected to `address`. DEADLINE_EXCEEDED after `timeout`; UNAVAILABLE with the system's word for what went
// wrong ("Connection refused"); the reason of the task's cancellation. `context` is the one that the task's home runs.
// With `keepalive` the kernel asks a silent peer whether it is there; it may go once the task has begun.
Task<StatusOr<Socket>> Connect(boost::asio::io_context& context, SocketAddress address, absl::Duration timeout,
                               const config::TcpKeepalive* keepalive = nullptr);

}  // namespace minato::gateway

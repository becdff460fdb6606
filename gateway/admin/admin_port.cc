#include "gateway/admin/admin_port.h"

namespace minato::gateway {

StatusOr<std::unique_ptr<AdminPort>> AdminPort::Start(const std::string& address, const MetricsRegistry& metrics) {
  std::unique_ptr<AdminPort> port(new AdminPort(metrics));
  TRY(port->server_, HttpServer::Start(port->worker_, {.address = address}, port->pages_));
  return port;
}

}  // namespace minato::gateway

#include "gateway/admin/admin_port.h"

namespace minato::gateway {

StatusOr<std::unique_ptr<AdminPort>> AdminPort::Start(const std::string& address, const MetricsRegistry& metrics,
                                                      IpVersions ip_versions) {
  std::unique_ptr<AdminPort> port(new AdminPort(metrics));
  const HttpServerOptions options = {.address = address, .listen = {.ip_versions = ip_versions}};
  TRY(port->server_, HttpServer::Start(port->worker_, options, port->pages_));
  return port;
}

}  // namespace minato::gateway

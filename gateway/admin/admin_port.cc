#include "gateway/admin/admin_port.h"

namespace minato::gateway {

StatusOr<std::unique_ptr<AdminPort>> AdminPort::Start(const std::string& address, const MetricsRegistry& metrics,
                                                      IpVersions ip_versions, const AccessLogs* logs) {
  std::unique_ptr<AdminPort> port(new AdminPort(metrics));
  RequestHandler* handler = &port->pages_;
  if (logs != nullptr) handler = &port->logged_pages_.emplace(*logs, port->pages_);
  const HttpServerOptions options = {.address = address, .listen = {.ip_versions = ip_versions}};
  TRY(port->server_, HttpServer::Start(port->worker_, options, *handler));
  return port;
}

}  // namespace minato::gateway

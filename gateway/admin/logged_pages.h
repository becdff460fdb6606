// The admin pages with a line for each request, as Envoy's admin writes them.
#pragma once

#include <string>

#include "gateway/access_log/access_logs.h"
#include "gateway/filters/client_address.h"
#include "gateway/front/client_stream.h"

namespace minato::gateway {

class LoggedPages final : public RequestHandler {
 public:
  // Both must outlive it.
  LoggedPages(const AccessLogs& logs, RequestHandler& pages) : logs_(logs), pages_(pages) {}

  Task<void> Serve(ClientStream& stream) override;
  void Refused(const RefusedRequest& request) override;

 private:
  const AccessLogs& logs_;
  RequestHandler& pages_;
  const std::string own_ip_ = OwnIp();
};

}  // namespace minato::gateway

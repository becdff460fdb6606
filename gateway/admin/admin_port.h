// The admin pages at an address of their own, as every program has them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gateway/admin/admin.h"
#include "gateway/admin/logged_pages.h"
#include "gateway/front/http_server.h"

namespace minato::gateway {

class AdminPort {
 public:
  // Listens when it returns, and is not ready. `metrics`, and all that they count, outlive it, and so do `logs`, in
  // which its requests are told of; nullptr: nowhere.
  static StatusOr<std::unique_ptr<AdminPort>> Start(const std::string& address, const MetricsRegistry& metrics,
                                                    IpVersions ip_versions = IpVersions::kBoth,
                                                    const AccessLogs* logs = nullptr);

  const std::string& address() const { return server_->address(); }  // with the port that was chosen
  void SetReady(bool ready) { pages_.SetReady(ready); }               // any thread

 private:
  explicit AdminPort(const MetricsRegistry& metrics) : pages_(metrics) {}

  Admin pages_;
  std::optional<LoggedPages> logged_pages_;
  WorkerPool worker_{1};
  std::unique_ptr<HttpServer> server_;
};

}  // namespace minato::gateway

#include "gateway/envoy/opened_logs.h"

namespace minato::gateway {

StatusOr<std::shared_ptr<const OpenedLogs>> OpenedLogs::Open(const config::Bootstrap& bootstrap, LogFiles& files) {
  auto opened = std::make_shared<OpenedLogs>();
  for (const config::Listener& listener : bootstrap.listeners) {
    for (const config::FilterChain& chain : listener.filter_chains) {
      if (chain.http.access_log.empty()) continue;
      TRY(opened->logs_[&chain.http], AccessLogs::Open(chain.http.access_log, files));
    }
  }
  return opened;
}

const AccessLogs* OpenedLogs::Of(const config::HttpConnectionManager& http) const {
  const auto found = logs_.find(&http);
  return found == logs_.end() ? nullptr : found->second.get();
}

}  // namespace minato::gateway

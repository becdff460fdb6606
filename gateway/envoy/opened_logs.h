// The access logs of a bootstrap's connection managers, opened: what all workers share of them.
#pragma once

#include <map>
#include <memory>

#include "gateway/access_log/access_logs.h"

namespace minato::gateway {

// Immutable.
class OpenedLogs {
 public:
  // Both must outlive it. An error names the place.
  static StatusOr<std::shared_ptr<const OpenedLogs>> Open(const config::Bootstrap& bootstrap, LogFiles& files);

  // nullptr: it has none.
  const AccessLogs* Of(const config::HttpConnectionManager& http) const;

 private:
  std::map<const config::HttpConnectionManager*, std::unique_ptr<const AccessLogs>> logs_;
};

}  // namespace minato::gateway

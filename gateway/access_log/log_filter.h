// Which requests an access log tells of (config.accesslog.v3.AccessLogFilter).
#pragma once

#include <optional>
#include <vector>

#include "gateway/access_log/record.h"
#include "gateway/config/bootstrap.h"
#include "gateway/upstream/header_match.h"

namespace minato::gateway {

class LogFilter {
 public:
  explicit LogFilter(const config::AccessLogFilter& config);

  bool Passes(const AccessLogRecord& record) const;

 private:
  bool Compares(int64_t value) const;
  bool HasFlag(const ResponseFlags& flags) const;

  config::AccessLogFilter config_;
  std::optional<HeaderMatch> header_;
  std::vector<LogFilter> filters_;
};

}  // namespace minato::gateway

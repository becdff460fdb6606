// The access logs of one connection manager, or of the admin port.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/access_log/log_files.h"
#include "gateway/access_log/log_filter.h"
#include "gateway/access_log/log_value.h"

namespace minato::gateway {

// Any thread.
class AccessLogs {
 public:
  // Opens what they are written to; `configs` and `files` must outlive them. An error names the place.
  static StatusOr<std::unique_ptr<const AccessLogs>> Open(const std::vector<config::AccessLog>& configs,
                                                          LogFiles& files);

  // A line in each log whose filter it passes.
  void Write(const AccessLogRecord& record) const;
  bool empty() const { return loggers_.empty(); }

 private:
  struct Logger {
    const config::AccessLog& config;
    std::optional<LogFilter> filter;
    std::shared_ptr<LogFile> file;
  };

  std::vector<Logger> loggers_;
};

}  // namespace minato::gateway

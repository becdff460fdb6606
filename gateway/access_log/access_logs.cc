#include "gateway/access_log/access_logs.h"

namespace minato::gateway {
namespace {

StatusOr<std::shared_ptr<LogFile>> FileOf(const config::AccessLog& config, LogFiles& files) {
  switch (config.destination) {
    case config::AccessLog::Destination::kStandardOutput: return files.StandardOutput();
    case config::AccessLog::Destination::kStandardError: return files.StandardError();
    case config::AccessLog::Destination::kFile: break;
  }
  StatusOr<std::shared_ptr<LogFile>> file = files.Open(config.path);
  if (file.ok()) return file;
  return InvalidArgument("{}: {}", config.place.ToString(), MessageOf(file.status()));
}

}  // namespace

StatusOr<std::unique_ptr<const AccessLogs>> AccessLogs::Open(const std::vector<config::AccessLog>& configs,
                                                             LogFiles& files) {
  auto logs = std::make_unique<AccessLogs>();
  for (const config::AccessLog& config : configs) {
    TRY(std::shared_ptr<LogFile> file, FileOf(config, files));
    std::optional<LogFilter> filter;
    if (config.filter.has_value()) filter.emplace(*config.filter);
    logs->loggers_.push_back({config, std::move(filter), std::move(file)});
  }
  return logs;
}

void AccessLogs::Write(const AccessLogRecord& record) const {
  std::string line;
  for (const Logger& logger : loggers_) {
    if (logger.filter.has_value() && !logger.filter->Passes(record)) continue;
    line.clear();
    const EmptyValues empty = logger.config.omit_empty_values ? EmptyValues::kOmit : EmptyValues::kDash;
    if (const LogFormat* const text = std::get_if<LogFormat>(&logger.config.format)) {
      AppendText(*text, record, empty, line);
    } else {
      AppendJson(std::get<LogJson>(logger.config.format), record, empty, line);
      line += '\n';
    }
    logger.file->Append(line);
  }
}

}  // namespace minato::gateway

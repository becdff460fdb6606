// config.accesslog.v3
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

constexpr std::string_view kFileLogType = "envoy.extensions.access_loggers.file.v3.FileAccessLog";
constexpr std::string_view kNothingIsWritten = "nothing is written";

void ReadAccessLog(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kAccessLog, errors);
  reader.String("name");
  reader.WithoutEffect("filter", kNothingIsWritten);
  const auto any = reader.TakeRequired("typed_config");
  if (!any) return;
  const TypedValue typed = ReadAny(*any, errors);
  if (typed.type.empty()) return;
  if (typed.type != kFileLogType) return errors.Add(any->place(), "{} is not supported", typed.type);
  MessageReader file(typed.value, kFileAccessLog, errors);
  if (file.RequiredString("path") != kNoLog) errors.Add(file.place(), "path: only {} is supported", kNoLog);
  for (const char* format : {"format", "json_format", "typed_json_format", "log_format"}) {
    file.WithoutEffect(format, kNothingIsWritten);
  }
}

}  // namespace

void ReadAccessLogs(MessageReader& level) {
  for (const YamlValue& log : level.TakeList("access_log")) ReadAccessLog(log, level.errors());
}

}  // namespace minato::gateway::config

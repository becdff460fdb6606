// config.accesslog.v3
#include <algorithm>
#include <iterator>

#include "gateway/config/envoy_messages.h"
#include "gateway/config/log_format_part.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

constexpr std::string_view kFileLogType = "envoy.extensions.access_loggers.file.v3.FileAccessLog";
constexpr std::string_view kStdoutLogType = "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog";
constexpr std::string_view kStderrLogType = "envoy.extensions.access_loggers.stream.v3.StderrAccessLog";
constexpr std::string_view kNothingIsWritten = "nothing is written";

// All of Envoy's.
constexpr std::string_view kFlags[] = {"LH", "UH", "UT",   "LR",   "UR",  "UF",  "UC", "UO", "NR",  "DI",
                                       "FI", "RL", "UAEX", "RLSE", "DC",  "URX", "SI", "IH", "DPE", "UMSDR",
                                       "RFCF", "NFCF", "DT", "UPE", "NC", "OM",  "DF", "DO", "DR",  "UDO"};

using Filter = AccessLogFilter;

void ReadComparison(const YamlValue& value, const EnvoyMessage& message, Filter& filter, ConfigErrors& errors) {
  MessageReader reader(value, message, errors);
  const auto comparison = reader.TakeRequired("comparison");
  if (!comparison) return;
  MessageReader op(*comparison, kComparisonFilter, errors);
  using Comparison = Filter::Comparison;
  filter.comparison = op.Enum<Comparison>(
      "op", Comparison::kEq,
      {{"EQ", Comparison::kEq}, {"GE", Comparison::kGe}, {"LE", Comparison::kLe}, {"NE", Comparison::kNe}});
  const auto bound = op.TakeRequired("value");
  if (!bound) return;
  MessageReader number(*bound, kRuntimeUInt32, errors);
  filter.value = number.UInt32("default_value", 0);
  number.WithoutEffect("runtime_key", "there is no runtime: the default value holds");
}

std::vector<std::string> ReadFlags(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kResponseFlagFilter, errors);
  std::vector<std::string> flags = reader.Strings("flags");
  for (const std::string& flag : flags) {
    if (std::find(std::begin(kFlags), std::end(kFlags), flag) == std::end(kFlags)) {
      errors.Add(reader.place(), "flags: \"{}\" is no response flag", flag);
    }
  }
  return flags;
}

Filter ReadFilter(const YamlValue& value, ConfigErrors& errors);

std::vector<Filter> ReadFilters(const YamlValue& value, const EnvoyMessage& message, ConfigErrors& errors) {
  MessageReader reader(value, message, errors);
  std::vector<Filter> filters;
  for (const YamlValue& one : reader.TakeList("filters")) filters.push_back(ReadFilter(one, errors));
  if (filters.size() < 2) errors.Add(reader.place(), "filters: at least two are required");
  return filters;
}

Filter ReadFilter(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kAccessLogFilter, errors);
  const std::string_view which = reader.WhichOf(
      {"status_code_filter", "duration_filter", "not_health_check_filter", "traceable_filter", "runtime_filter",
       "and_filter", "or_filter", "header_filter", "response_flag_filter", "grpc_status_filter", "extension_filter",
       "metadata_filter", "log_type_filter"},
      MessageReader::OneOf::kRequired);
  Filter filter;
  if (which == "status_code_filter") {
    filter.kind = Filter::Kind::kStatusCode;
    ReadComparison(*reader.Take(which), kStatusCodeFilter, filter, errors);
  } else if (which == "duration_filter") {
    filter.kind = Filter::Kind::kDuration;
    ReadComparison(*reader.Take(which), kDurationFilter, filter, errors);
  } else if (which == "not_health_check_filter") {
    filter.kind = Filter::Kind::kNotHealthCheck;
    const YamlValue empty = *reader.Take(which);
    MessageReader nothing(empty, kNotHealthCheckFilter, errors);
  } else if (which == "response_flag_filter") {
    filter.kind = Filter::Kind::kResponseFlag;
    filter.flags = ReadFlags(*reader.Take(which), errors);
  } else if (which == "header_filter") {
    filter.kind = Filter::Kind::kHeader;
    MessageReader header(*reader.Take(which), kHeaderFilter, errors);
    if (const auto matcher = header.TakeRequired("header")) filter.header = ReadHeaderMatcher(*matcher, errors);
  } else if (which == "and_filter") {
    filter.kind = Filter::Kind::kAnd;
    filter.filters = ReadFilters(*reader.Take(which), kAndFilter, errors);
  } else if (which == "or_filter") {
    filter.kind = Filter::Kind::kOr;
    filter.filters = ReadFilters(*reader.Take(which), kOrFilter, errors);
  }
  return filter;
}

// An empty `format` is as if it were not there.
void ReadFileFormat(MessageReader& file, AccessLog& log) {
  const std::string_view which = file.WhichOf({"format", "json_format", "typed_json_format", "log_format"},
                                              MessageReader::OneOf::kOptional);
  if (which == "log_format") {
    ReadLogFormat(*file.Take(which), log, file.errors());
  } else if (which == "format") {
    const Place place = file.PlaceOf(which);
    const std::string text = file.String(which);
    log.format = text.empty() ? LogFormat::Default() : ParseLogFormat(text, place, file.errors());
  } else if (which.empty()) {
    log.format = LogFormat::Default();
  } else {
    log.format = ReadLogJson(*file.Take(which), file.errors());
  }
}

void ReadFileLog(const YamlValue& value, AccessLog& log, ConfigErrors& errors) {
  MessageReader file(value, kFileAccessLog, errors);
  log.destination = AccessLog::Destination::kFile;
  log.path = file.RequiredString("path");
  if (log.path != kNoLog) return ReadFileFormat(file, log);
  for (const char* format : {"format", "json_format", "typed_json_format", "log_format"}) {
    file.WithoutEffect(format, kNothingIsWritten);
  }
}

void ReadStreamLog(const YamlValue& value, const EnvoyMessage& message, AccessLog& log, ConfigErrors& errors) {
  MessageReader stream(value, message, errors);
  if (const auto format = stream.Take("log_format")) {
    ReadLogFormat(*format, log, errors);
  } else {
    log.format = LogFormat::Default();
  }
}

void ReadLogger(const YamlValue& any, AccessLog& log, ConfigErrors& errors) {
  const TypedValue typed = ReadAny(any, errors);
  if (typed.type == kFileLogType) {
    ReadFileLog(typed.value, log, errors);
  } else if (typed.type == kStdoutLogType) {
    log.destination = AccessLog::Destination::kStandardOutput;
    ReadStreamLog(typed.value, kStdoutAccessLog, log, errors);
  } else if (typed.type == kStderrLogType) {
    log.destination = AccessLog::Destination::kStandardError;
    ReadStreamLog(typed.value, kStderrAccessLog, log, errors);
  } else if (!typed.type.empty()) {
    errors.Add(any.place(), "{} is not supported", typed.type);
  }
}

bool GoesNowhere(const AccessLog& log) {
  return log.destination == AccessLog::Destination::kFile && log.path == kNoLog;
}

AccessLog ReadAccessLog(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kAccessLog, errors);
  AccessLog log;
  log.place = reader.place();
  reader.String("name");
  if (const auto any = reader.TakeRequired("typed_config")) ReadLogger(*any, log, errors);
  if (GoesNowhere(log)) {
    reader.WithoutEffect("filter", kNothingIsWritten);
  } else if (const auto filter = reader.Take("filter")) {
    log.filter = ReadFilter(*filter, errors);
  }
  return log;
}

}  // namespace

std::vector<AccessLog> ReadAccessLogs(MessageReader& level) {
  std::vector<AccessLog> logs;
  for (const YamlValue& value : level.TakeList("access_log")) {
    AccessLog log = ReadAccessLog(value, level.errors());
    if (!GoesNowhere(log)) logs.push_back(std::move(log));
  }
  return logs;
}

void RefuseAccessLogs(MessageReader& level) {
  for (const AccessLog& log : ReadAccessLogs(level)) {
    level.errors().Add(log.place, "the log of a listener's connections is not supported; only one to {}", kNoLog);
  }
}

}  // namespace minato::gateway::config

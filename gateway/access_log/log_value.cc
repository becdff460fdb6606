#include "gateway/access_log/log_value.h"

#include <iterator>

#include <absl/strings/numbers.h>

#include "gateway/access_log/start_time.h"
#include "gateway/grpc_wire.h"
#include "gateway/http_status.h"

namespace minato::gateway {
namespace {

using Kind = LogOperator::Kind;

constexpr std::string_view kCamelNames[] = {
    "OK",           "Canceled",          "Unknown",            "InvalidArgument", "DeadlineExceeded", "NotFound",
    "AlreadyExists", "PermissionDenied", "ResourceExhausted",  "FailedPrecondition", "Aborted",       "OutOfRange",
    "Unimplemented", "Internal",         "Unavailable",        "DataLoss",        "Unauthenticated",
};

LogValue TextOrNothing(std::string_view text) {
  if (text.empty()) return std::monostate();
  return std::string(text);
}

std::string_view WithoutPort(std::string_view address) {
  address = address.substr(0, address.rfind(':'));
  if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
  return address;
}

LogValue HeaderOf(const http::Headers& headers, const LogOperator& op) {
  std::optional<std::string_view> value = headers.Find(op.argument);
  if (!value.has_value() && !op.alternative.empty()) value = headers.Find(op.alternative);
  if (!value.has_value()) return std::monostate();
  return std::string(value->substr(0, op.bytes_max.value_or(value->size())));
}

LogValue Milliseconds(const std::optional<absl::Time>& from, const std::optional<absl::Time>& to) {
  if (!from.has_value() || !to.has_value()) return std::monostate();
  return absl::ToInt64Milliseconds(*to - *from);
}

LogValue FlagsText(const ResponseFlags& flags, std::string_view (*name)(ResponseFlag)) {
  if (flags.empty()) return std::string("-");
  std::string text;
  for (const ResponseFlag flag : flags) text.append(text.empty() ? "" : ",").append(name(flag));
  return text;
}

LogValue GrpcStatusText(Kind kind, std::optional<int64_t> status) {
  if (!status.has_value()) return std::monostate();
  if (kind == Kind::kGrpcStatusNumber) return *status;
  if (*status < 0 || *status >= static_cast<int64_t>(std::size(kCamelNames))) return std::to_string(*status);
  const auto code = static_cast<size_t>(*status);
  return std::string(kind == Kind::kGrpcStatus ? kCamelNames[code] : CodeName(static_cast<int>(code)));
}

std::optional<int64_t> NumberIn(const http::Headers& headers) {
  const std::optional<std::string_view> text = headers.Find("grpc-status");
  if (!text.has_value() || text->empty()) return std::nullopt;
  uint32_t number = 0;
  return absl::SimpleAtoi(absl::string_view(text->data(), text->size()), &number) ? int64_t{number} : -1;
}

}  // namespace

std::optional<int64_t> GrpcStatusOf(const AccessLogRecord& record) {
  if (!IsGrpcContentType(record.request.Find("content-type").value_or(""))) return std::nullopt;
  if (const auto said = NumberIn(record.trailers)) return said;
  if (const auto said = NumberIn(record.response)) return said;
  if (record.status == 0) return std::nullopt;
  return CodeOfHttpStatus(record.status);
}

LogValue ValueOf(const LogOperator& op, const AccessLogRecord& record) {
  switch (op.kind) {
    case Kind::kStartTime: {
      std::string text;
      AppendStartTime(op.argument, record.start, text);
      return text;
    }
    case Kind::kRequestHeader:
      return HeaderOf(record.request, op);
    case Kind::kResponseHeader:
      return HeaderOf(record.response, op);
    case Kind::kResponseTrailer:
      return HeaderOf(record.trailers, op);
    case Kind::kProtocol:
      return TextOrNothing(record.protocol);
    case Kind::kResponseCode:
      return int64_t{record.status};
    case Kind::kResponseFlags:
      return FlagsText(record.flags, &ShortName);
    case Kind::kResponseFlagsLong:
      return FlagsText(record.flags, &LongName);
    case Kind::kBytesReceived:
      return static_cast<int64_t>(record.bytes_received);
    case Kind::kBytesSent:
      return static_cast<int64_t>(record.bytes_sent);
    case Kind::kDuration:
      return absl::ToInt64Milliseconds(record.end - record.start);
    case Kind::kRequestDuration:
      return Milliseconds(record.start, record.request_end);
    case Kind::kResponseDuration:
      return Milliseconds(record.start, record.upstream_start);
    case Kind::kResponseTxDuration:
      return Milliseconds(record.upstream_start, record.response_end);
    case Kind::kRouteName:
      return TextOrNothing(record.route_name);
    case Kind::kUpstreamCluster:
      return TextOrNothing(record.upstream_cluster);
    case Kind::kUpstreamHost:
      return TextOrNothing(record.upstream_host);
    case Kind::kUpstreamRemoteAddress:
      return TextOrNothing(record.upstream_connected ? record.upstream_host : std::string_view());
    case Kind::kUpstreamRequestAttemptCount:
      return int64_t{record.upstream_attempts};
    case Kind::kDownstreamRemoteAddress:
      return TextOrNothing(record.remote_address);
    case Kind::kDownstreamRemoteAddressWithoutPort:
      return TextOrNothing(WithoutPort(record.remote_address));
    case Kind::kDownstreamDirectRemoteAddress:
      return TextOrNothing(record.direct_remote_address);
    case Kind::kDownstreamDirectRemoteAddressWithoutPort:
      return TextOrNothing(WithoutPort(record.direct_remote_address));
    case Kind::kDownstreamLocalAddress:
      return TextOrNothing(record.local_address);
    case Kind::kDownstreamLocalAddressWithoutPort:
      return TextOrNothing(WithoutPort(record.local_address));
    case Kind::kGrpcStatus:
    case Kind::kGrpcStatusSnake:
    case Kind::kGrpcStatusNumber:
      return GrpcStatusText(op.kind, GrpcStatusOf(record));
  }
  return std::monostate();
}

void AppendText(const LogFormat& format, const AccessLogRecord& record, EmptyValues empty, std::string& out) {
  for (const LogFormat::Piece& piece : format.pieces()) {
    if (const std::string* const text = std::get_if<std::string>(&piece)) {
      out += *text;
      continue;
    }
    const LogValue value = ValueOf(std::get<LogOperator>(piece), record);
    if (const std::string* const text = std::get_if<std::string>(&value)) {
      out += *text;
    } else if (const int64_t* const number = std::get_if<int64_t>(&value)) {
      out += std::to_string(*number);
    } else if (empty == EmptyValues::kDash) {
      out += '-';
    }
  }
}

}  // namespace minato::gateway

// What the operators of a log stand for in one request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "gateway/access_log/format.h"
#include "gateway/access_log/record.h"

namespace minato::gateway {

// Nothing; a number; a text.
using LogValue = std::variant<std::monostate, int64_t, std::string>;
LogValue ValueOf(const LogOperator& op, const AccessLogRecord& record);

// Of a request that was gRPC when it went upstream: what the answer says, or else what its HTTP status stands for. -1:
// its grpc-status is no number.
std::optional<int64_t> GrpcStatusOf(const AccessLogRecord& record);

// What is known of nothing is printed as "-", or is left out.
enum class EmptyValues { kDash, kOmit };
void AppendText(const LogFormat& format, const AccessLogRecord& record, EmptyValues empty, std::string& out);
// On one line, without its end. Values that are operators alone keep their type, and are null if there are none.
void AppendJson(const LogJson& format, const AccessLogRecord& record, EmptyValues empty, std::string& out);

}  // namespace minato::gateway

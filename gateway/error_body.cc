#include "gateway/error_body.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/field_violation.h"
#include "gateway/http_status.h"
#include "gateway/transcode/json_string.h"
#include "http/status_code.h"
#include "runtime/check.h"

namespace minato::gateway {
namespace {

std::string JsonString(std::string_view text) {
  std::string json;
  Sink sink(json, text.size() + 2);
  const bool utf8 = AppendJsonString(sink, text, BadUtf8::kSpace);
  CHECK(utf8, "kSpace refuses nothing");
  sink.Close();
  return json;
}

}  // namespace

std::optional<ErrorShape> ErrorShapeOf(std::string_view name) {
  const auto* const found = std::find(kErrorShapeNames.begin(), kErrorShapeNames.end(), name);
  if (found == kErrorShapeNames.end()) return std::nullopt;
  return static_cast<ErrorShape>(found - kErrorShapeNames.begin());
}

ErrorShape ErrorShapeFor(ErrorShape shape, std::string_view content_type) {
  return content_type.starts_with("application/grpc") ? ErrorShape::kEnvoy : shape;
}

std::string_view ErrorContentType(ErrorShape shape) {
  return shape == ErrorShape::kRfc9457 ? "application/problem+json" : "application/json";
}

std::string ErrorBody(ErrorShape shape, const Status& error, std::string_view details_json) {
  const std::string message = JsonString(MessageOf(error));
  const std::string_view details = details_json.empty() ? "[]" : details_json;
  const int code = static_cast<int>(error.code());
  const std::string_view name = CodeName(code);
  const int http_status = HttpStatusOf(error);
  switch (shape) {
    case ErrorShape::kFlat:
      return fmt::format(R"({{"error":{},"code":{},"status":"{}","details":{}}})", message, code, name, details);
    case ErrorShape::kAip193:
      return fmt::format(R"({{"error":{{"code":{},"message":{},"status":"{}","details":{}}}}})", http_status, message,
                         name, details);
    case ErrorShape::kRfc9457:
      return fmt::format(R"({{"type":"about:blank","title":"{}","status":{},"detail":{},"code":{},"grpcStatus":"{}",)"
                         R"("details":{}}})",
                         http::ReasonPhrase(http_status), http_status, message, code, name, details);
    case ErrorShape::kEnvoy:
    case ErrorShape::kStatus: break;
  }
  return fmt::format(R"({{"code":{},"message":{},"details":{}}})", code, message, details);
}

std::string BadRequestJson(const Status& error) {
  const std::optional<FieldViolation> found = FieldViolationOf(error);
  if (!found.has_value()) return {};
  return fmt::format(R"([{{"@type":"type.googleapis.com/google.rpc.BadRequest",)"
                     R"("fieldViolations":[{{"field":{},"description":{}}}]}}])",
                     JsonString(found->field), JsonString(found->description));
}

}  // namespace minato::gateway

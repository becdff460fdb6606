// How errors are told to clients that read JSON: one form for all of them, whoever found the error.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/status.h"

namespace minato::gateway {

enum class ErrorShape : uint8_t {
  kEnvoy,    // as Envoy does: text/plain or nothing for the gateway's own. Where there must be JSON, that of kStatus
  kFlat,     // {"error":"<message>","code":5,"status":"NOT_FOUND","details":[…]}; preset minato
  kStatus,   // {"code":5,"message":"<message>","details":[…]}: google.rpc.Status
  kAip193,   // {"error":{"code":404,"message":"<message>","status":"NOT_FOUND","details":[…]}}: code is HTTP's
  kRfc9457,  // {"type":"about:blank","title":"Not Found","status":404,"detail":"<message>","code":5,
             //  "grpcStatus":"NOT_FOUND","details":[…]}
};

inline constexpr std::array<std::string_view, 5> kErrorShapeNames = {"envoy", "flat", "status", "aip193", "rfc9457"};

std::optional<ErrorShape> ErrorShapeOf(std::string_view name);
inline std::string_view NameOf(ErrorShape shape) { return kErrorShapeNames[static_cast<size_t>(shape)]; }

// Whoever speaks gRPC or gRPC-Web reads no JSON: kEnvoy for a request of such a content type.
ErrorShape ErrorShapeFor(ErrorShape shape, std::string_view content_type);

std::string_view ErrorContentType(ErrorShape shape);

// `details_json` is a JSON array; "" for none. One line. HttpStatusOf(error) is HTTP's status in it; a message that is
// not UTF-8 loses what is not.
std::string ErrorBody(ErrorShape shape, const Status& error, std::string_view details_json);

// The google.rpc.BadRequest of an error of ours that says which field it is about (FieldViolationOf), as details_json;
// "" of others.
std::string BadRequestJson(const Status& error);

}  // namespace minato::gateway

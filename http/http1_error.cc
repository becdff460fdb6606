#include "http/http1_error.h"

namespace minato::http {

absl::Status Http1Error::status() const {
  switch (fault) {
    case Http1Fault::kNone: return absl::OkStatus();
    case Http1Fault::kBadRequest:
    case Http1Fault::kNoHost:
    case Http1Fault::kFragment:
    case Http1Fault::kNoContentType:
    case Http1Fault::kExpectationFailed: return absl::InvalidArgumentError(message);
    case Http1Fault::kBodyTooLarge:
    case Http1Fault::kTargetTooLong:
    case Http1Fault::kHeadTooLarge: return absl::ResourceExhaustedError(message);
    case Http1Fault::kConnect:
    case Http1Fault::kNotImplemented:
    case Http1Fault::kVersionNotSupported:
    case Http1Fault::kHttp2Preface: return absl::UnimplementedError(message);
  }
  return absl::InvalidArgumentError(message);
}

}  // namespace minato::http

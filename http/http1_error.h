#pragma once

#include <string>

#include "absl/status/status.h"

namespace minato::http {

// Why a request was refused; the connection cannot go on after it.
enum class Http1Fault {
  kNone,
  kBadRequest,           // 400
  kNoHost,               // 400
  kFragment,             // 400: the target holds one
  kNoContentType,        // 400: a QUERY needs one
  kBodyTooLarge,         // 413
  kTargetTooLong,        // 414
  kExpectationFailed,    // 417
  kHeadTooLarge,         // 431
  kConnect,              // 501: a tunnel is asked for
  kNotImplemented,       // 501: a transfer coding that is not served
  kVersionNotSupported,  // 505
  kHttp2Preface,         // 505: the client speaks HTTP/2, or nearly so
};

constexpr int HttpStatus(Http1Fault fault) {
  switch (fault) {
    case Http1Fault::kNone: return 200;
    case Http1Fault::kBadRequest:
    case Http1Fault::kNoHost:
    case Http1Fault::kFragment:
    case Http1Fault::kNoContentType: return 400;
    case Http1Fault::kBodyTooLarge: return 413;
    case Http1Fault::kTargetTooLong: return 414;
    case Http1Fault::kExpectationFailed: return 417;
    case Http1Fault::kHeadTooLarge: return 431;
    case Http1Fault::kConnect:
    case Http1Fault::kNotImplemented: return 501;
    case Http1Fault::kVersionNotSupported:
    case Http1Fault::kHttp2Preface: return 505;
  }
  return 400;
}

struct Http1Error {
  Http1Fault fault = Http1Fault::kNone;
  std::string message;  // What is wrong with the request, for the client to read.

  int http_status() const { return HttpStatus(fault); }
  absl::Status status() const;
};

}  // namespace minato::http

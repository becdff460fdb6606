#include "gateway/front/front_style.h"

#include "gateway/http_status.h"
#include "http/status_code.h"

namespace minato::gateway {
namespace {

Refusal JsonRefusal(ErrorShape shape, const Status& error) {
  return {HttpStatusOf(error), ErrorContentType(shape), ErrorBody(shape, error, {})};
}

Refusal TextRefusal(int status) {
  return {status, "text/plain", std::string(http::ReasonPhrase(status))};
}

}  // namespace

RefusedRequest::Why WhyOf(http::Http1Fault fault) {
  switch (fault) {
    case http::Http1Fault::kNoHost:
    case http::Http1Fault::kFragment:
    case http::Http1Fault::kNoContentType: return RefusedRequest::Why::kNotServed;
    case http::Http1Fault::kConnect: return RefusedRequest::Why::kTunnel;
    default: return RefusedRequest::Why::kMalformed;
  }
}

bool HasHead(http::Http1Fault fault) { return WhyOf(fault) != RefusedRequest::Why::kMalformed; }

Refusal RefusalOf(const FrontStyle& style, const http::Http1Error& error) {
  if (style.error_shape != ErrorShape::kEnvoy) {
    return JsonRefusal(style.error_shape, WithHttpStatus(InvalidArgument("{}", error.message), error.http_status()));
  }
  switch (error.fault) {
    // Envoy's codec takes these; the manager behind it refuses them, without a word, a tunnel for want of a route.
    case http::Http1Fault::kNoHost:
    case http::Http1Fault::kFragment:
    case http::Http1Fault::kNoContentType: return {.status = 400};
    case http::Http1Fault::kConnect: return {.status = 404};
    case http::Http1Fault::kVersionNotSupported: return TextRefusal(426);
    case http::Http1Fault::kHttp2Preface: return TextRefusal(400);
    default: return TextRefusal(error.http_status());
  }
}

Refusal TimeoutRefusal(const FrontStyle& style, const Status& error, std::string_view envoy_says) {
  if (style.error_shape != ErrorShape::kEnvoy) return JsonRefusal(style.error_shape, error);
  return {.status = 408, .content_type = "text/plain", .body = std::string(envoy_says)};
}

Refusal UpgradeRefusal(const FrontStyle& style) {
  if (style.error_shape == ErrorShape::kEnvoy) return {.status = 403};
  return JsonRefusal(style.error_shape, PermissionDenied("requests to upgrade are not served here"));
}

}  // namespace minato::gateway

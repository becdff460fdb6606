// How a front behaves where HTTP leaves it a choice: in Minato's way, or in that of Envoy's HttpConnectionManager.
#pragma once

#include <string>
#include <string_view>

#include "gateway/error_body.h"
#include "gateway/front/client_stream.h"
#include "gateway/front/own_fields.h"
#include "http/http1_error.h"
#include "runtime/status.h"

namespace minato::gateway {

struct FrontStyle {
  // Of what the front refuses by itself. JSON says why; in Envoy's the reason phrase is all.
  ErrorShape error_shape = ErrorShape::kFlat;
  std::string late_head = "stream timeout";  // what Envoy says of a head that does not come in time
  Identity identity = {};           // of every answer, whoever gave it
  bool continues_at_once = false;   // 100 (Continue) when the head has come, not when the body is asked for
  bool unread_body_closes = false;  // an answer that begins before the body was read to its end is the last
  bool echoes_version = false;      // HTTP/1.0 is answered as HTTP/1.0
  bool upgrades = true;             // else a request to upgrade gets 403 (h2c is ignored in any case)
};

// An answer of the front's own. The connection ends after it.
struct Refusal {
  int status = 400;
  std::string_view content_type = {};
  std::string body = {};
};

// What such a fault is in the words of logs.
RefusedRequest::Why WhyOf(http::Http1Fault fault);
// Whether a request with it has a head all the same.
bool HasHead(http::Http1Fault fault);

// Of a request that could not be parsed.
Refusal RefusalOf(const FrontStyle& style, const http::Http1Error& error);
// The client was too slow; `error` says with what, and `envoy_says` what Envoy does.
Refusal TimeoutRefusal(const FrontStyle& style, const Status& error, std::string_view envoy_says = "stream timeout");
// A request to upgrade that is not served.
Refusal UpgradeRefusal(const FrontStyle& style);

}  // namespace minato::gateway

// Bodies that come and go encoded: Content-Encoding and Accept-Encoding (RFC 9110, sections 8.4 and 12.5.3; RFC 7694).
#pragma once

#include "gateway/error_body.h"
#include "gateway/filters/coded_stream.h"
#include "gateway/front/client_stream.h"

namespace minato::gateway {

// Any worker; `next` outlives it. The outermost of what changes bodies. A request that names neither header, gRPC in
// any form and WebSockets pass as if it were not there.
class CodingFilter final : public RequestHandler {
 public:
  struct Options {
    DecodedBodyLimit limit = {};
    ErrorShape error_shape = ErrorShape::kFlat;  // of what it refuses itself
  };

  CodingFilter(RequestHandler& next, Options options) : next_(next), options_(options) {}

  // A request whose coding is not known, or which has several, is answered 415 and does not reach `next`.
  Task<void> Serve(ClientStream& stream) override;

 private:
  Task<void> ServeCoded(ClientStream& stream);
  Task<void> Refuse(ClientStream& stream, const Status& status);

  RequestHandler& next_;
  const Options options_;
};

}  // namespace minato::gateway

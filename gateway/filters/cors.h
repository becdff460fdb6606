// CORS (Fetch standard, section 3.2) for the origins that were named, and who may open WebSockets.
#pragma once

#include <string>
#include <vector>

#include "gateway/error_body.h"
#include "gateway/front/client_stream.h"

namespace minato::gateway {

struct CorsOptions {
  std::vector<std::string> allow_origins;  // "https://app.example", or "*" for any; empty: CORS is off
  absl::Duration max_age = absl::Hours(1);  // how long a browser may keep a preflight's answer
  ErrorShape error_shape = ErrorShape::kFlat;
};

// Answers preflights and marks the answers of `next`, which must outlive it. Browsers open WebSockets to any origin
// without asking: a handshake from a page that is neither of this host nor of an allowed origin is refused with 403.
class Cors final : public RequestHandler {
 public:
  Cors(CorsOptions options, RequestHandler& next) : options_(std::move(options)), next_(next) {}

  Task<void> Serve(ClientStream& stream) override;

 private:
  bool Allows(std::string_view origin) const;
  Task<void> RefuseWebSocket(ClientStream& stream, std::string_view origin);

  const CorsOptions options_;
  RequestHandler& next_;
};

}  // namespace minato::gateway

// The pages of minatod: no RPCs, and they win over RPC routes.
#pragma once

#include "gateway/front/client_stream.h"

namespace minato {

// GET /: "Hello, world!", or the landing page for a client that asks for text/html. All else is `next`'s.
class Pages final : public gateway::RequestHandler {
 public:
  explicit Pages(gateway::RequestHandler& next) : next_(next) {}

  Task<void> Serve(gateway::ClientStream& stream) override;

 private:
  gateway::RequestHandler& next_;
};

}  // namespace minato

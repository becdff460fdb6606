// Turns an exception that leaves a handler into INTERNAL, and logs what it said. The client is not told: the
// text was written for us.
#pragma once

#include "server/call/interceptor.h"

namespace minato {

class Recover final : public Interceptor {
 public:
  Task<Status> Intercept(CallContext& call, MessageStream& stream, NextInCall next) override;
};

}  // namespace minato

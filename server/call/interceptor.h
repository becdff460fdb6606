// What runs around every call: limits, observation, authentication. An interceptor may answer without going
// on, wrap what comes after, or only look.
#pragma once

#include <span>

#include "server/call/call_context.h"
#include "server/call/stream.h"

namespace minato {

class Interceptor;

// The rest of a call's way: the interceptors that follow, then the handler. Called at most once.
class NextInCall {
 public:
  explicit NextInCall(std::span<Interceptor* const> rest) : rest_(rest) {}
  Task<Status> operator()(CallContext& call, MessageStream& stream) const;

 private:
  std::span<Interceptor* const> rest_;
};

// Called by many threads at once, each for its own calls.
class Interceptor {
 public:
  virtual ~Interceptor() = default;
  virtual Task<Status> Intercept(CallContext& call, MessageStream& stream, NextInCall next) = 0;
};

}  // namespace minato

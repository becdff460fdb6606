#include "server/call/recover.h"

#include <exception>

#include "server/call/method_registry.h"
#include "telemetry/log.h"

namespace minato {

Task<Status> Recover::Intercept(CallContext& call, MessageStream& stream, NextInCall next) {
  std::string what;
  try {
    co_return co_await next(call, stream);
  } catch (const std::exception& e) {
    what = e.what();
  } catch (...) {
    what = "an exception of an unknown type";
  }
  Log::Error("{} threw: {}", call.method().path, what);
  co_return Internal("the server failed; its log says how");
}

}  // namespace minato

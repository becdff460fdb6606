#include "minato/data/v1/data.minato.h"
#include "runtime/sleep.h"
#include "server/services/data/env.h"
#include "telemetry/log.h"

namespace minato::data {
namespace {

// Whether another attempt may succeed.
bool MayPass(const Status& failure) {
  switch (failure.code()) {
    case StatusCode::kInternal:
    case StatusCode::kUnavailable:
    case StatusCode::kDeadlineExceeded:
      return true;
    default:
      return false;
  }
}

}  // namespace

Task<StatusOr<v1::RetryFetchResponse>> RetryFetch(DataEnv& env, CallContext& call,
                                                  const v1::RetryFetchRequest& request) {
  const std::string name = request.name().empty() ? "flaky" : request.name();
  absl::Duration pause = env.config.first_pause;
  for (int attempt = 1;; ++attempt, pause *= 2) {
    StatusOr<std::string> text = co_await env.sources.FetchText(name, attempt);
    if (text.ok()) {
      v1::RetryFetchResponse response;
      response.set_data(*std::move(text));
      response.set_attempts(attempt);
      co_return response;
    }
    CO_TRY(call.cancel().reason());
    if (!MayPass(text.status())) co_return text.status();
    Log::Warning("attempt {} of {} failed: {}", attempt, env.config.attempts_max,
                 MessageOf(text.status()));
    if (attempt == env.config.attempts_max) co_return text.status();
    CO_TRY(co_await Sleep(pause));
  }
}

}  // namespace minato::data

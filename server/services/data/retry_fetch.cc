#include "minato/data/v1/data.minato.h"
#include "runtime/retry.h"
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

Task<StatusOr<v1::RetryFetchResponse>> RetryFetch(DataEnv& env, CallContext&,
                                                  const v1::RetryFetchRequest& request) {
  const std::string name = request.name().empty() ? "flaky" : request.name();
  const int attempts_max = env.config.attempts_max;
  RetryPolicy policy;
  policy.attempts_max = attempts_max;
  policy.first_pause = env.config.first_pause;
  policy.jitter = 0;  // one caller waits for this, not a crowd
  policy.may_pass = &MayPass;
  policy.on_failure = [attempts_max](int attempt, const Status& failure) {
    Log::Warning("attempt {} of {} failed: {}", attempt, attempts_max, MessageOf(failure));
  };
  int attempts = 0;
  auto fetch = [&](int attempt) {
    attempts = attempt;
    return env.sources.FetchText(name, attempt);
  };
  CO_TRY(std::string data, co_await Retry(policy, [] { return 0.0; }, fetch));
  v1::RetryFetchResponse response;
  response.set_data(std::move(data));
  response.set_attempts(attempts);
  co_return response;
}

}  // namespace minato::data

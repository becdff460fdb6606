// Which outcomes a retry policy tries again (config.route.v3.RetryPolicy.retry_on).
#pragma once

#include "gateway/config/bootstrap.h"
#include "gateway/upstream/http_call.h"

namespace minato::gateway {

bool RetriesFailure(const config::RetryPolicy& policy, UpstreamFailure failure);
// Of an attempt that had no head within per_try_timeout.
bool RetriesTimeout(const config::RetryPolicy& policy);
bool RetriesAnswer(const config::RetryPolicy& policy, const HttpResponseHead& head);

}  // namespace minato::gateway

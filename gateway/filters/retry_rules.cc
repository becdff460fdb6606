#include "gateway/filters/retry_rules.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace minato::gateway {
namespace {

bool Has(const config::RetryPolicy& policy, std::string_view reason) {
  return std::find(policy.retry_on.begin(), policy.retry_on.end(), reason) != policy.retry_on.end();
}

// A gRPC answer that is nothing but its trailers says how the call ended in its head.
bool RetriesGrpcStatus(const config::RetryPolicy& policy, const http::Headers& headers) {
  static constexpr std::pair<std::string_view, std::string_view> kReasons[] = {
      {"1", "cancelled"},  {"4", "deadline-exceeded"}, {"8", "resource-exhausted"},
      {"13", "internal"}, {"14", "unavailable"},
  };
  const auto status = headers.Find("grpc-status");
  return status.has_value() && std::any_of(std::begin(kReasons), std::end(kReasons), [&](const auto& reason) {
           return reason.first == *status && Has(policy, reason.second);
         });
}

bool RetriesStatus(const config::RetryPolicy& policy, int status) {
  if (status >= 500 && Has(policy, "5xx")) return true;
  if ((status == 502 || status == 503 || status == 504) && Has(policy, "gateway-error")) return true;
  if (status == 409 && Has(policy, "retriable-4xx")) return true;
  return Has(policy, "retriable-status-codes") &&
         std::find(policy.retriable_status_codes.begin(), policy.retriable_status_codes.end(),
                   static_cast<uint32_t>(status)) != policy.retriable_status_codes.end();
}

}  // namespace

bool RetriesFailure(const config::RetryPolicy& policy, UpstreamFailure failure) {
  switch (failure) {
    case UpstreamFailure::kConnectFailure:
    case UpstreamFailure::kConnectTimeout:
      return Has(policy, "connect-failure") || Has(policy, "5xx") || Has(policy, "gateway-error") || Has(policy, "reset");
    case UpstreamFailure::kRemoteRefusedStream:
      return Has(policy, "refused-stream") || Has(policy, "5xx") || Has(policy, "reset");
    case UpstreamFailure::kConnectionTermination:
    case UpstreamFailure::kRemoteReset:
    case UpstreamFailure::kProtocolError:
      return Has(policy, "5xx") || Has(policy, "reset") || Has(policy, "reset-before-request");
    default:
      return false;
  }
}

bool RetriesTimeout(const config::RetryPolicy& policy) {
  return Has(policy, "5xx") || Has(policy, "gateway-error") || Has(policy, "reset");
}

bool RetriesAnswer(const config::RetryPolicy& policy, const HttpResponseHead& head) {
  return RetriesStatus(policy, head.status) || RetriesGrpcStatus(policy, head.headers);
}

}  // namespace minato::gateway

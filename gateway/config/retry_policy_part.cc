// config.route.v3.RetryPolicy
#include <algorithm>

#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"
#include "gateway/config/scalar.h"

namespace minato::gateway::config {
namespace {

constexpr std::string_view kRetryConditions[] = {
    "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "refused-stream", "retriable-4xx",
    "retriable-status-codes", "cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable",
};
// Conditions that Envoy knows beside these: envoy-ratelimited, retriable-headers, http3-post-connect-failure.

std::vector<std::string> ReadRetryOn(MessageReader& reader) {
  std::vector<std::string> conditions;
  const Place place = reader.place();
  const std::string text = reader.String("retry_on");
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    std::string_view word = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
    while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
    if (word.empty()) continue;
    if (std::find(std::begin(kRetryConditions), std::end(kRetryConditions), word) == std::end(kRetryConditions)) {
      reader.errors().Add(place, "retry_on: \"{}\" is not supported", word);
    }
    conditions.emplace_back(word);
  }
  return conditions;
}

}  // namespace

RetryPolicy ReadRetryPolicy(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kRetryPolicy, errors);
  RetryPolicy policy;
  policy.retry_on = ReadRetryOn(reader);
  policy.num_retries = reader.UInt32("num_retries", policy.num_retries);
  policy.per_try_timeout = reader.OptionalDuration("per_try_timeout");
  for (const YamlValue& code : reader.TakeList("retriable_status_codes")) {
    const auto number = UInt32Of(*code.node);
    if (number.ok()) {
      policy.retriable_status_codes.push_back(*number);
    } else {
      errors.Add(code.place(), "{}", MessageOf(number.status()));
    }
  }
  if (const auto back_off = reader.Take("retry_back_off")) {
    MessageReader intervals(*back_off, kRetryBackOff, errors);
    if (!intervals.Has("base_interval")) errors.Add(intervals.place(), "base_interval is required");
    policy.base_interval = intervals.Duration("base_interval", policy.base_interval, {.min = absl::Milliseconds(1)});
    policy.max_interval = intervals.OptionalDuration("max_interval", {.min = absl::Milliseconds(1)});
    if (policy.max_interval && *policy.max_interval < policy.base_interval) {
      errors.Add(intervals.place(), "max_interval is less than base_interval");
    }
  }
  return policy;
}

}  // namespace minato::gateway::config

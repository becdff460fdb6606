// The policy of the CORS filter, said per route.
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

enum class Share { kAlways, kNever };

// A RuntimeFractionalPercent that can only come out one way. Its runtime_key finds no runtime to look into.
void ReadShare(const YamlValue& value, Share wanted, ConfigErrors& errors) {
  MessageReader reader(value, kRuntimeFractionalPercent, errors);
  reader.String("runtime_key");
  const auto fraction = reader.TakeRequired("default_value");
  if (!fraction) return;
  MessageReader percent(*fraction, kFractionalPercent, errors);
  const uint32_t numerator = percent.UInt32("numerator", 0);
  const uint32_t denominator = percent.Enum<uint32_t>(
      "denominator", 100, {{"HUNDRED", 100}, {"TEN_THOUSAND", 10'000}, {"MILLION", 1'000'000}});
  if (wanted == Share::kAlways && numerator < denominator) {
    errors.Add(percent.place(), "less than always is not supported");
  }
  if (wanted == Share::kNever && numerator != 0) errors.Add(percent.place(), "more than 0 is not supported");
}

}  // namespace

std::shared_ptr<const CorsPolicy> ReadCorsPolicy(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kCorsFilterPolicy, errors);
  auto policy = std::make_shared<CorsPolicy>();
  for (const YamlValue& origin : reader.TakeList("allow_origin_string_match")) {
    policy->allow_origin_string_match.push_back(ReadStringMatcher(origin, errors));
  }
  if (const auto enabled = reader.Take("filter_enabled")) ReadShare(*enabled, Share::kAlways, errors);
  if (const auto shadow = reader.Take("shadow_enabled")) ReadShare(*shadow, Share::kNever, errors);
  policy->allow_methods = reader.String("allow_methods");
  policy->allow_headers = reader.String("allow_headers");
  policy->expose_headers = reader.String("expose_headers");
  policy->max_age = reader.String("max_age");
  if (reader.Has("allow_credentials")) policy->allow_credentials = reader.Bool("allow_credentials");
  reader.OnlyBool("allow_private_network_access", false);
  if (reader.Has("forward_not_matching_preflights")) {
    policy->forward_not_matching_preflights = reader.Bool("forward_not_matching_preflights");
  }
  return policy;
}

}  // namespace minato::gateway::config

// The policy of the CORS filter, said per route.
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {

std::shared_ptr<const CorsPolicy> ReadCorsPolicy(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kCorsFilterPolicy, errors);
  auto policy = std::make_shared<CorsPolicy>();
  for (const YamlValue& origin : reader.TakeList("allow_origin_string_match")) {
    policy->allow_origin_string_match.push_back(ReadStringMatcher(origin, errors));
  }
  policy->allow_methods = reader.String("allow_methods");
  policy->allow_headers = reader.String("allow_headers");
  policy->expose_headers = reader.String("expose_headers");
  policy->max_age = reader.String("max_age");
  policy->allow_credentials = reader.Bool("allow_credentials");
  reader.OnlyBool("allow_private_network_access", false);
  policy->forward_not_matching_preflights = reader.Bool("forward_not_matching_preflights", true);
  return policy;
}

}  // namespace minato::gateway::config

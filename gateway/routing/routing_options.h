#pragma once

#include <string>
#include <vector>

#include "gateway/routing/path_unescape.h"

namespace minato::gateway {

// What becomes of a query parameter (or path variable) that names no field of the request.
enum class UnknownName {
  kRefuse,       // 400 that names it.
  kIgnore,       // Envoy: ignore_unknown_query_parameters
  kCapture,      // Handed on beside the bindings. Envoy: capture_unknown_query_parameters
  kPassThrough,  // The request counts as unmatched.
};

// In what words kRefuse answers.
enum class UnknownNameText {
  kPlain,  // unknown query parameter "x": minato.user.v1.GetUserRequest has no field "x"
  kEnvoy,  // Could not find field "x" in the type "minato.user.v1.GetUserRequest".
};

// What a mistake in the rules does when the table is built.
enum class RuleChecks {
  kStrict,  // Every mistake is an error.
  kEnvoy,   // A variable that names no field fails each request; two rules of one shape are both unreachable.
};

// What a query parameter that goes through a map means.
enum class QueryMaps {
  kByKey,      // labels.k=v, or labels[k]=v, sets the entry k.
  kAsMessage,  // Envoy: labels.key=k&labels.value=v are one entry, as if labels were a list of messages.
};

struct RoutingOptions {
  UnknownName unknown_name = UnknownName::kRefuse;
  UnknownNameText unknown_name_text = UnknownNameText::kPlain;
  RuleChecks rule_checks = RuleChecks::kStrict;
  bool head_served_as_get = true;
  UnescapeSpec path_unescape = UnescapeSpec::kAllExceptReserved;
  PlusSign query_plus = PlusSign::kKeep;
  QueryMaps query_maps = QueryMaps::kByKey;
  // The text behind a final ':' is a verb even if no rule has that verb.
  bool match_unregistered_custom_verb = false;
  // Methods without a rule are served at POST /pkg.Service/Method with body "*".
  bool auto_mapping = false;
  // Passed over for every method; compared with the name as it was sent, not decoded.
  std::vector<std::string> ignored_query_parameters;

  // Preset `envoy` with all of Envoy's options at their defaults; preset `minato` is RoutingOptions().
  static RoutingOptions Envoy() {
    RoutingOptions options;
    options.unknown_name = UnknownName::kPassThrough;
    options.unknown_name_text = UnknownNameText::kEnvoy;
    options.rule_checks = RuleChecks::kEnvoy;
    options.head_served_as_get = false;
    options.query_maps = QueryMaps::kAsMessage;
    return options;
  }
};

}  // namespace minato::gateway

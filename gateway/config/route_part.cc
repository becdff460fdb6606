// config.route.v3
#include <algorithm>
#include <cstring>
#include <set>

#include "gateway/config/bounded_file.h"
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"
#include "gateway/config/scalar.h"

namespace minato::gateway::config {
namespace {

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  return text;
}

bool IsToken(std::string_view name) {
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return c > ' ' && c < 0x7f && !std::strchr("\"(),/:;<=>?@[\\]{}", c); });
}

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

RouteMatch ReadRouteMatch(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kRouteMatch, errors);
  RouteMatch match;
  const std::string_view which = reader.WhichOf(
      {"prefix", "path", "safe_regex", "connect_matcher", "path_separated_prefix", "path_match_policy"},
      MessageReader::OneOf::kRequired);
  if (which == "prefix") {
    match.path = reader.String("prefix");
  } else if (which == "path") {
    match.kind = RouteMatch::Path::kPath;
    match.path = reader.String("path");
  } else if (which == "safe_regex") {
    match.kind = RouteMatch::Path::kSafeRegex;
    match.path = ReadRegex(*reader.Take("safe_regex"), errors);
  } else if (which == "path_separated_prefix") {
    match.kind = RouteMatch::Path::kPathSeparatedPrefix;
    match.path = reader.String("path_separated_prefix");
    if (match.path.size() < 2 || match.path[0] != '/' || match.path.back() == '/' ||
        match.path.find_first_of("?#") != match.path.npos) {
      errors.Add(reader.place(), "path_separated_prefix must begin with '/', not end with it, and have no '?' or '#'");
    }
  }
  match.case_sensitive = reader.Bool("case_sensitive", true);
  for (const YamlValue& header : reader.TakeList("headers")) {
    match.headers.push_back(ReadHeaderMatcher(header, errors));
  }
  if (const auto grpc = reader.Take("grpc")) {
    MessageReader nothing(*grpc, kGrpcRouteMatchOptions, errors);
    match.grpc = true;
  }
  return match;
}

void ReadOlderCors(MessageReader& reader, PerFilterConfig& per_filter) {
  if (const auto cors = reader.Take("cors")) per_filter.older_cors = ReadCorsPolicy(*cors, reader.errors());
}

RouteAction ReadRouteAction(const YamlValue& value, PerFilterConfig& per_filter, ConfigErrors& errors) {
  MessageReader reader(value, kRouteAction, errors);
  RouteAction action;
  ReadOlderCors(reader, per_filter);
  if (reader.WhichOf({"cluster", "cluster_header", "weighted_clusters", "cluster_specifier_plugin",
                      "inline_cluster_specifier_plugin"},
                     MessageReader::OneOf::kRequired) == "cluster") {
    action.cluster = reader.RequiredString("cluster");
  }
  action.timeout = reader.Duration("timeout", action.timeout);
  action.idle_timeout = reader.OptionalDuration("idle_timeout");
  action.prefix_rewrite = ReadHeaderText(reader, "prefix_rewrite");
  action.host_rewrite_literal = ReadHeaderText(reader, "host_rewrite_literal");
  if (const auto policy = reader.Take("retry_policy")) action.retry_policy = ReadRetryPolicy(*policy, errors);
  enum class Priority { kDefault };
  reader.Enum<Priority>("priority", Priority::kDefault, {{"DEFAULT", Priority::kDefault}, {"HIGH", std::nullopt}});
  return action;
}

constexpr size_t kDirectBodyBytesMax = 4096;  // Envoy's max_direct_response_body_size_bytes

DirectResponseAction ReadDirectResponse(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kDirectResponseAction, errors);
  DirectResponseAction action;
  if (!reader.Has("status")) errors.Add(reader.place(), "status is required");
  action.status = reader.UInt32("status", action.status, {.min = 200, .max = 599});
  if (const auto body = reader.Take("body")) {
    DataSource source = ReadDataSource(*body, errors);
    action.body = source.is_file ? std::string() : std::move(source.text);
    if (source.is_file) {
      auto content = ReadBoundedFile(source.text, kDirectBodyBytesMax);
      if (content.ok()) action.body = *std::move(content);
      else errors.Add(body->place(), "{}", MessageOf(content.status()));
    }
    if (action.body.size() > kDirectBodyBytesMax) {
      errors.Add(body->place(), "{} bytes, more than {}", action.body.size(), kDirectBodyBytesMax);
    }
  }
  return action;
}

constexpr size_t kHeaderBytesMax = 16384;  // of a HeaderValue's key, and of its value

using HeadersToAdd = std::vector<std::pair<std::string, std::string>>;

// "%%" stands for "%". False for any other use of it.
bool UnescapePercent(std::string& text) {
  for (size_t i = text.find('%'); i != text.npos; i = text.find('%', i + 1)) {
    if (text.compare(i, 2, "%%") != 0) return false;
    text.erase(i, 1);
  }
  return true;
}

HeadersToAdd ReadHeadersToAdd(MessageReader& level, std::string_view field) {
  ConfigErrors& errors = level.errors();
  HeadersToAdd headers;
  for (const YamlValue& value : level.TakeList(field)) {
    MessageReader option(value, kHeaderValueOption, errors);
    enum class Action { kAppend };
    option.Enum<Action>("append_action", Action::kAppend,
                        {{"APPEND_IF_EXISTS_OR_ADD", Action::kAppend},
                         {"ADD_IF_ABSENT", std::nullopt},
                         {"OVERWRITE_IF_EXISTS_OR_ADD", std::nullopt},
                         {"OVERWRITE_IF_EXISTS", std::nullopt}});
    option.OnlyBool("append", true);
    const auto header = option.TakeRequired("header");
    if (!header) continue;
    MessageReader reader(*header, kHeaderValue, errors);
    std::string key = reader.RequiredString("key");
    std::string text = ReadHeaderText(reader, "value");
    for (const auto& [part, of] : {std::pair("key", &key), std::pair("value", &text)}) {
      if (of->size() <= kHeaderBytesMax) continue;
      errors.Add(reader.place(), "{}: {} bytes, more than {}", part, of->size(), kHeaderBytesMax);
    }
    if (!UnescapePercent(text)) errors.Add(reader.place(), "value: substitutions (%…%) are not supported");
    if (key.starts_with(':') || Lower(key) == "host" || !IsToken(key)) {
      errors.Add(reader.place(), "the header \"{}\" cannot be added", key);
    }
    headers.emplace_back(Lower(key), std::move(text));
  }
  return headers;
}

Route ReadRoute(const YamlValue& value, const FilterNames& names, ConfigErrors& errors) {
  MessageReader reader(value, kRoute, errors);
  Route route;
  route.place = reader.place();
  route.name = reader.String("name");
  if (const auto match = reader.TakeRequired("match")) route.match = ReadRouteMatch(*match, errors);
  route.per_filter = ReadPerFilterConfig(reader, names);
  const std::string_view action =
      reader.WhichOf({"route", "redirect", "direct_response", "filter_action", "non_forwarding_action"},
                     MessageReader::OneOf::kRequired);
  if (action == "route") {
    route.action = ReadRouteAction(*reader.Take("route"), route.per_filter, errors);
  } else if (action == "direct_response") {
    route.action = ReadDirectResponse(*reader.Take("direct_response"), errors);
  }
  route.request_headers_to_add = ReadHeadersToAdd(reader, "request_headers_to_add");
  route.response_headers_to_add = ReadHeadersToAdd(reader, "response_headers_to_add");
  reader.WithoutEffect("metadata", "nothing that reads it is supported");
  reader.WithoutEffect("decorator", "concerns tracing, which is refused where it is configured");
  reader.WithoutEffect("stat_prefix", "names counters of Envoy that are not exported");
  return route;
}

VirtualHost ReadVirtualHost(const YamlValue& value, const FilterNames& names, ConfigErrors& errors) {
  MessageReader reader(value, kVirtualHost, errors);
  VirtualHost host;
  host.name = reader.RequiredString("name");
  host.domains = reader.Strings("domains");
  if (host.domains.empty()) errors.Add(reader.place(), "domains: at least one is required");
  for (const YamlValue& route : reader.TakeList("routes")) {
    host.routes.push_back(ReadRoute(route, names, errors));
  }
  enum class Tls { kNone };
  reader.Enum<Tls>("require_tls", Tls::kNone,
                   {{"NONE", Tls::kNone}, {"EXTERNAL_ONLY", std::nullopt}, {"ALL", std::nullopt}});
  host.per_filter = ReadPerFilterConfig(reader, names);
  ReadOlderCors(reader, host.per_filter);
  if (const auto policy = reader.Take("retry_policy")) host.retry_policy = ReadRetryPolicy(*policy, errors);
  reader.OnlyBool("include_request_attempt_count", false);
  reader.OnlyBool("include_attempt_count_in_response", false);
  reader.WithoutEffect("metadata", "nothing that reads it is supported");
  return host;
}

}  // namespace

RouteConfiguration ReadRouteConfiguration(const YamlValue& value, const FilterNames& names, ConfigErrors& errors) {
  MessageReader reader(value, kRouteConfiguration, errors);
  RouteConfiguration config;
  config.name = reader.String("name");
  std::set<std::string> domains;
  for (const YamlValue& host_value : reader.TakeList("virtual_hosts")) {
    VirtualHost host = ReadVirtualHost(host_value, names, errors);
    for (const std::string& domain : host.domains) {
      if (domains.insert(Lower(domain)).second) continue;
      errors.Add(host_value.place(), "the domain \"{}\" stands twice in this route_config", domain);
    }
    config.virtual_hosts.push_back(std::move(host));
  }
  config.per_filter = ReadPerFilterConfig(reader, names);
  reader.OnlyBool("validate_clusters", true);
  reader.WithoutEffect("metadata", "nothing that reads it is supported");
  return config;
}

}  // namespace minato::gateway::config

// config.route.v3
#include <limits>
#include <set>

#include <absl/strings/ascii.h>

#include "gateway/config/bounded_file.h"
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

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
  for (const YamlValue& parameter : reader.TakeList("query_parameters")) {
    match.query_parameters.push_back(ReadQueryParameterMatcher(parameter, errors));
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

std::vector<ClusterWeight> ReadWeightedClusters(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kWeightedCluster, errors);
  std::vector<ClusterWeight> clusters;
  uint64_t sum = 0;
  for (const YamlValue& cluster : reader.TakeList("clusters")) {
    MessageReader weighted(cluster, kClusterWeight, errors);
    clusters.push_back({.name = weighted.RequiredString("name"), .weight = weighted.UInt32("weight", 0)});
    sum += clusters.back().weight;
  }
  constexpr uint32_t kSumMax = std::numeric_limits<uint32_t>::max();
  if (sum == 0 || sum > kSumMax) errors.Add(reader.place(), "the weights' sum {} is outside of 1 to {}", sum, kSumMax);
  reader.WithoutEffect("total_weight", "the sum of the weights counts, as in Envoy");
  reader.WithoutEffect("runtime_key_prefix", "there is no runtime: the weights hold");
  return clusters;
}

MaxStreamDuration ReadMaxStreamDuration(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kMaxStreamDuration, errors);
  MaxStreamDuration duration;
  duration.max_stream_duration = reader.OptionalDuration("max_stream_duration");
  duration.grpc_timeout_header_max = reader.OptionalDuration("grpc_timeout_header_max");
  duration.grpc_timeout_header_offset =
      reader.Duration("grpc_timeout_header_offset", duration.grpc_timeout_header_offset);
  return duration;
}

RouteAction ReadRouteAction(const YamlValue& value, PerFilterConfig& per_filter, ConfigErrors& errors) {
  MessageReader reader(value, kRouteAction, errors);
  RouteAction action;
  ReadOlderCors(reader, per_filter);
  const std::string_view specifier = reader.WhichOf(
      {"cluster", "cluster_header", "weighted_clusters", "cluster_specifier_plugin", "inline_cluster_specifier_plugin"},
      MessageReader::OneOf::kRequired);
  if (specifier == "cluster") {
    action.cluster = reader.RequiredString("cluster");
  } else if (specifier == "weighted_clusters") {
    action.weighted_clusters = ReadWeightedClusters(*reader.Take("weighted_clusters"), errors);
  }
  action.timeout = reader.Duration("timeout", action.timeout);
  action.idle_timeout = reader.OptionalDuration("idle_timeout");
  action.prefix_rewrite = ReadHeaderText(reader, "prefix_rewrite");
  action.host_rewrite_literal = ReadHeaderText(reader, "host_rewrite_literal");
  if (const auto policy = reader.Take("retry_policy")) action.retry_policy = ReadRetryPolicy(*policy, errors);
  if (const auto duration = reader.Take("max_stream_duration")) {
    action.max_stream_duration = ReadMaxStreamDuration(*duration, errors);
  }
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

RedirectAction ReadRedirect(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kRedirectAction, errors);
  RedirectAction action;
  const std::string_view scheme =
      reader.WhichOf({"https_redirect", "scheme_redirect"}, MessageReader::OneOf::kOptional);
  if (scheme == "https_redirect" && reader.Bool("https_redirect")) action.scheme_redirect = "https";
  if (scheme == "scheme_redirect") action.scheme_redirect = ReadHeaderText(reader, "scheme_redirect");
  reader.WhichOf({"path_redirect", "prefix_rewrite", "regex_rewrite"}, MessageReader::OneOf::kOptional);
  action.host_redirect = ReadHeaderText(reader, "host_redirect");
  action.port_redirect = reader.UInt32("port_redirect", action.port_redirect);
  action.path_redirect = ReadHeaderText(reader, "path_redirect");
  action.prefix_rewrite = ReadHeaderText(reader, "prefix_rewrite");
  action.response_code = reader.Enum<uint32_t>("response_code", action.response_code,
                                               {{"MOVED_PERMANENTLY", 301},
                                                {"FOUND", 302},
                                                {"SEE_OTHER", 303},
                                                {"TEMPORARY_REDIRECT", 307},
                                                {"PERMANENT_REDIRECT", 308}});
  action.strip_query = reader.Bool("strip_query");
  return action;
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
  } else if (action == "redirect") {
    route.action = ReadRedirect(*reader.Take("redirect"), errors);
  }
  route.request_headers = ReadRequestHeaderMutations(reader);
  route.response_headers = ReadResponseHeaderMutations(reader);
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
  host.request_headers = ReadRequestHeaderMutations(reader);
  host.response_headers = ReadResponseHeaderMutations(reader);
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
      if (domains.insert(absl::AsciiStrToLower(domain)).second) continue;
      errors.Add(host_value.place(), "the domain \"{}\" stands twice in this route_config", domain);
    }
    config.virtual_hosts.push_back(std::move(host));
  }
  config.per_filter = ReadPerFilterConfig(reader, names);
  config.request_headers = ReadRequestHeaderMutations(reader);
  config.response_headers = ReadResponseHeaderMutations(reader);
  config.most_specific_header_mutations_wins = reader.Bool("most_specific_header_mutations_wins");
  reader.OnlyBool("validate_clusters", true);
  reader.WithoutEffect("metadata", "nothing that reads it is supported");
  return config;
}

}  // namespace minato::gateway::config

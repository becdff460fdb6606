#include "gateway/config/describe.h"

#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace minato::gateway::config {
namespace {

class Text {
 public:
  template <typename... Args>
  void Line(int indent, fmt::format_string<Args...> format, Args&&... args) {
    text_.append(static_cast<size_t>(indent) * 2, ' ');
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_.push_back('\n');
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string Joined(const std::vector<std::string>& words, std::string_view between = ", ") {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : between).append(word);
  return text;
}

std::string Time(absl::Duration duration) { return absl::FormatDuration(duration); }

// A file by its name; what the YAML itself holds, as such.
std::string Pem(const std::string& source) { return source.starts_with("-----BEGIN") ? "inline" : source; }

std::vector<std::string> QueryOptions(const RoutingOptions& routing) {
  std::vector<std::string> options;
  switch (routing.unknown_name) {
    case UnknownName::kRefuse:
      options.push_back("reject_unknown_query_parameters");
      break;
    case UnknownName::kIgnore:
      options.push_back("ignore_unknown_query_parameters");
      break;
    case UnknownName::kCapture:
      options.push_back("capture_unknown_query_parameters");
      break;
    case UnknownName::kPassThrough:
      break;
  }
  if (!routing.ignored_query_parameters.empty()) {
    options.push_back(fmt::format("ignored_query_parameters ({})", Joined(routing.ignored_query_parameters)));
  }
  if (routing.query_plus == PlusSign::kIsSpace) options.push_back("query_param_unescape_plus");
  return options;
}

void AddRoutingOptions(const RoutingOptions& routing, std::vector<std::string>& options) {
  if (routing.auto_mapping) options.push_back("auto_mapping");
  if (routing.match_unregistered_custom_verb) options.push_back("match_unregistered_custom_verb");
  if (routing.path_unescape == UnescapeSpec::kAllExceptSlash) options.push_back("ALL_CHARACTERS_EXCEPT_SLASH");
  if (routing.path_unescape == UnescapeSpec::kAll) options.push_back("ALL_CHARACTERS");
}

void AddPrintOptions(const GrpcJsonTranscoder& config, std::vector<std::string>& options) {
  using Framing = GrpcJsonTranscoder::StreamFraming;
  if (config.print.whitespace == JsonPrintOptions::Whitespace::kIndent) options.push_back("add_whitespace");
  if (config.print.unset == JsonPrintOptions::Unset::kPrint) options.push_back("always_print_primitive_fields");
  if (config.print.enums == JsonPrintOptions::Enums::kNumbers) options.push_back("always_print_enums_as_ints");
  if (config.print.names == JsonPrintOptions::Names::kProto) options.push_back("preserve_proto_field_names");
  if (config.stream_framing == Framing::kNewline) options.push_back("stream_newline_delimited");
  if (config.stream_framing == Framing::kSse) options.push_back("stream_sse_style_delimited");
}

std::vector<std::string> OptionsOf(const GrpcJsonTranscoder& config) {
  std::vector<std::string> options = QueryOptions(config.routing);
  AddRoutingOptions(config.routing, options);
  AddPrintOptions(config, options);
  if (config.match_incoming_request_route) options.push_back("match_incoming_request_route");
  if (config.convert_grpc_status) options.push_back("convert_grpc_status");
  if (config.reject_unknown_method) options.push_back("reject_unknown_method");
  if (config.read.collisions == Collisions::kRefuse) options.push_back("reject_binding_body_field_collisions");
  if (config.read.enum_names == EnumNames::kAnyCase) options.push_back("case_insensitive_enum_parsing");
  if (config.max_request_body_size) {
    options.push_back(fmt::format("max_request_body_size {}", *config.max_request_body_size));
  }
  if (config.max_response_body_size) {
    options.push_back(fmt::format("max_response_body_size {}", *config.max_response_body_size));
  }
  return options;
}

void DescribeMutations(std::string_view of, const HeaderMutations& mutations, int indent, Text& text) {
  if (mutations.empty()) return;
  std::vector<std::string> changes;
  for (const std::string& name : mutations.remove) changes.push_back("without " + name);
  for (const HeaderToAdd& header : mutations.add) changes.push_back(fmt::format("{}: {}", header.name, header.value));
  text.Line(indent, "{} headers: {}", of, Joined(changes));
}

// Of a route, a virtual host or the route_config.
template <typename Level>
void DescribeMutations(const Level& level, int indent, Text& text) {
  DescribeMutations("request", level.request_headers, indent, text);
  DescribeMutations("response", level.response_headers, indent, text);
}

void DescribeTranscoder(const GrpcJsonTranscoder& config, int indent, Text& text,
                        std::string_view which = "transcoder") {
  if (config.services.empty()) return text.Line(indent, "{}: off (no services)", which);
  const std::string from =
      config.descriptor_file.empty() ? fmt::format("{} bytes inline", config.descriptor_bytes.size())
                                     : config.descriptor_file;
  text.Line(indent, "{}: {} from {}", which, Joined(config.services), from);
  const std::vector<std::string> options = OptionsOf(config);
  if (!options.empty()) text.Line(indent + 1, "{}", Joined(options));
}

void DescribePerFilter(const PerFilterConfig& config, int indent, Text& text) {
  for (size_t i = 0; i < config.transcoders.size(); ++i) {
    if (config.transcoders[i] == nullptr) continue;
    DescribeTranscoder(*config.transcoders[i], indent, text, i == 0 ? "transcoder" : fmt::format("transcoder {}", i + 1));
  }
  for (const auto& cors : {config.cors, config.older_cors}) {
    if (!cors) continue;
    const size_t origins = cors->allow_origin_string_match.size();
    text.Line(indent, "cors: {} origin{}", origins, origins == 1 ? "" : "s");
  }
}

std::string MatchText(const RouteMatch& match) {
  std::string_view kind;
  switch (match.kind) {
    case RouteMatch::Path::kPrefix:
      kind = "prefix";
      break;
    case RouteMatch::Path::kPath:
      kind = "path";
      break;
    case RouteMatch::Path::kSafeRegex:
      kind = "regex";
      break;
    case RouteMatch::Path::kPathSeparatedPrefix:
      kind = "separated prefix";
      break;
  }
  std::string text = fmt::format("{} {}", kind, match.path);
  for (const HeaderMatcher& header : match.headers) text += fmt::format(" with {}", header.name);
  for (const QueryParameterMatcher& parameter : match.query_parameters) text += fmt::format(" with ?{}", parameter.name);
  if (match.grpc) text += " of gRPC";
  return text;
}

std::string RedirectText(const RedirectAction& action) {
  std::string text = fmt::format("redirect {}", action.response_code);
  if (!action.scheme_redirect.empty()) text += fmt::format(", scheme {}", action.scheme_redirect);
  if (!action.host_redirect.empty()) text += fmt::format(", host {}", action.host_redirect);
  if (action.port_redirect != 0) text += fmt::format(", port {}", action.port_redirect);
  if (!action.path_redirect.empty()) text += fmt::format(", path {}", action.path_redirect);
  if (!action.prefix_rewrite.empty()) text += fmt::format(", prefix becomes {}", action.prefix_rewrite);
  if (action.strip_query) text += ", without query";
  return text;
}

std::string ClusterText(const RouteAction& action) {
  if (action.weighted_clusters.empty()) return fmt::format("cluster {}", action.cluster);
  std::vector<std::string> clusters;
  for (const auto& [name, weight] : action.weighted_clusters) clusters.push_back(fmt::format("{} ({})", name, weight));
  return fmt::format("cluster by weight: {}", Joined(clusters));
}

std::string ActionText(const Route& route) {
  if (const auto* redirect = std::get_if<RedirectAction>(&route.action)) return RedirectText(*redirect);
  if (const auto* direct = std::get_if<DirectResponseAction>(&route.action)) {
    return fmt::format("answer {}, {} bytes", direct->status, direct->body.size());
  }
  const auto& action = std::get<RouteAction>(route.action);
  std::string text = ClusterText(action);
  text += action.timeout == absl::ZeroDuration() ? ", no timeout" : fmt::format(", timeout {}", Time(action.timeout));
  if (action.max_stream_duration && action.max_stream_duration->max_stream_duration) {
    text += fmt::format(", at most {} per request", Time(*action.max_stream_duration->max_stream_duration));
  }
  if (action.max_stream_duration && action.max_stream_duration->grpc_timeout_header_max) text += ", grpc-timeout counts";
  if (!action.prefix_rewrite.empty()) text += fmt::format(", prefix becomes {}", action.prefix_rewrite);
  if (!action.host_rewrite_literal.empty()) text += fmt::format(", host becomes {}", action.host_rewrite_literal);
  if (action.retry_policy) {
    text += fmt::format(", {} retries on {}", action.retry_policy->num_retries, Joined(action.retry_policy->retry_on));
  }
  return text;
}

void DescribeRoutes(const RouteConfiguration& config, int indent, Text& text) {
  DescribePerFilter(config.per_filter, indent, text);
  DescribeMutations(config, indent, text);
  for (const VirtualHost& host : config.virtual_hosts) {
    text.Line(indent, "virtual host {} for {}", host.name, Joined(host.domains));
    DescribePerFilter(host.per_filter, indent + 1, text);
    DescribeMutations(host, indent + 1, text);
    for (const Route& route : host.routes) {
      text.Line(indent + 1, "{} -> {}", MatchText(route.match), ActionText(route));
      DescribePerFilter(route.per_filter, indent + 2, text);
      DescribeMutations(route, indent + 2, text);
    }
  }
}

struct FilterLine {
  int indent;
  Text& text;

  void operator()(const std::shared_ptr<const GrpcJsonTranscoder>& config) const {
    DescribeTranscoder(*config, indent, text);
  }
  void operator()(const CorsFilter&) const { text.Line(indent, "cors"); }
  void operator()(const GrpcStatsFilter&) const { text.Line(indent, "grpc_stats (counts nothing here)"); }
  void operator()(const GrpcWebFilter&) const { text.Line(indent, "grpc_web"); }
  void operator()(const HealthCheckFilter& filter) const {
    text.Line(indent, "health_check");
    for (const auto& [cluster, percent] : filter.cluster_min_healthy_percentages) {
      text.Line(indent + 1, "503 while less than {} % of cluster {} are healthy", percent, cluster);
    }
  }
  void operator()(const RouterFilter&) const { text.Line(indent, "router"); }
};

void DescribeAccessLogs(const std::vector<AccessLog>& logs, int indent, Text& text) {
  for (const AccessLog& log : logs) {
    const std::string where = log.destination == AccessLog::Destination::kStandardOutput  ? "on stdout"
                              : log.destination == AccessLog::Destination::kStandardError ? "on stderr"
                                                                                          : "in " + log.path;
    text.Line(indent, "access log {}{}{}", where, std::holds_alternative<LogJson>(log.format) ? ", as JSON" : "",
              log.filter.has_value() ? ", filtered" : "");
  }
}

// What the connection manager makes of requests, and of their answers.
std::vector<std::string> OptionsOf(const HttpConnectionManager& http) {
  using Slashes = HttpConnectionManager::EscapedSlashes;
  using StripPort = HttpConnectionManager::StripPort;
  std::vector<std::string> options;
  if (http.use_remote_address) options.push_back("use_remote_address");
  if (http.xff_num_trusted_hops != 0) options.push_back(fmt::format("{} trusted hops", http.xff_num_trusted_hops));
  if (http.normalize_path) options.push_back("normalize_path");
  if (http.merge_slashes) options.push_back("merge_slashes");
  switch (http.path_with_escaped_slashes_action) {
    case Slashes::kKeepUnchanged:
      break;
    case Slashes::kRejectRequest:
      options.push_back("escaped slashes are refused");
      break;
    case Slashes::kUnescapeAndRedirect:
      options.push_back("escaped slashes redirect");
      break;
    case Slashes::kUnescapeAndForward:
      options.push_back("escaped slashes are unescaped");
      break;
  }
  if (http.strip_port == StripPort::kAny) options.push_back("strip_any_host_port");
  if (http.strip_port == StripPort::kMatching) options.push_back("strip_matching_host_port");
  if (http.strip_trailing_host_dot) options.push_back("strip_trailing_host_dot");
  if (http.headers_with_underscores_action != http::Underscores::kKeep) {
    const bool drops = http.headers_with_underscores_action == http::Underscores::kDrop;
    options.push_back(drops ? "headers with underscores are dropped" : "headers with underscores are refused");
  }
  if (!http.via.empty()) options.push_back(fmt::format("via {}", http.via));
  if (const uint32_t requests = http.max_requests_per_connection; requests != 0) {
    options.push_back(fmt::format("at most {} requests per connection", requests));
  }
  if (http.max_stream_duration != absl::ZeroDuration()) {
    options.push_back(fmt::format("at most {} per request", Time(http.max_stream_duration)));
  }
  return options;
}

void DescribeChain(const FilterChain& chain, Text& text) {
  using Codec = HttpConnectionManager::Codec;
  std::string which = chain.server_names.empty() ? "any name" : Joined(chain.server_names);
  if (chain.tls) which += fmt::format(", TLS with {}", Pem(chain.tls->certificate_chain));
  if (chain.tls && chain.tls->require_client_certificate) which += ", client certificates required";
  text.Line(1, "filter chain for {}", which);
  const std::string_view codec = chain.http.codec_type == Codec::kHttp1   ? "HTTP/1"
                                 : chain.http.codec_type == Codec::kHttp2 ? "HTTP/2"
                                                                          : "HTTP/1 and HTTP/2";
  text.Line(2, "{} ({})", codec, chain.http.stat_prefix);
  if (const std::vector<std::string> options = OptionsOf(chain.http); !options.empty()) {
    text.Line(3, "{}", Joined(options));
  }
  DescribeAccessLogs(chain.http.access_log, 2, text);
  for (const HttpFilter& filter : chain.http.http_filters) std::visit(FilterLine{3, text}, filter);
  DescribeRoutes(chain.http.route_config, 2, text);
}

void DescribeCluster(const Cluster& cluster, Text& text) {
  static constexpr std::string_view kTypes[] = {"STATIC", "STRICT_DNS", "LOGICAL_DNS"};
  static constexpr std::string_view kPolicies[] = {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM"};
  std::vector<std::string> endpoints;
  for (const Endpoint& endpoint : cluster.endpoints) {
    const bool is_v6 = endpoint.address.find(':') != endpoint.address.npos;
    const std::string host = is_v6 ? fmt::format("[{}]", endpoint.address) : endpoint.address;
    endpoints.push_back(fmt::format("{}:{}{}", host, endpoint.port, endpoint.healthy ? "" : " (not healthy)"));
  }
  text.Line(0, "cluster {}: {}, {}, {}{}", cluster.name, kTypes[static_cast<size_t>(cluster.type)],
            kPolicies[static_cast<size_t>(cluster.lb_policy)], endpoints.empty() ? "no endpoints" : Joined(endpoints),
            cluster.tls ? ", TLS" : "");
  if (const uint32_t percent = cluster.healthy_panic_threshold; percent != 50) {
    text.Line(1, "{}", percent == 0 ? "only healthy endpoints"
                                    : fmt::format("all endpoints while less than {} % are healthy", percent));
  }
  if (const uint32_t requests = cluster.max_requests_per_connection; requests != 0) {
    text.Line(1, "at most {} requests per connection", requests);
  }
  for (const HealthCheck& check : cluster.health_checks) {
    const std::string what = check.kind == HealthCheck::Kind::kGrpc ? "gRPC " + check.service_name : check.path;
    text.Line(1, "health check every {}: {}", Time(check.interval), what);
  }
}

}  // namespace

std::string Describe(const Bootstrap& bootstrap) {
  Text text;
  for (const Listener& listener : bootstrap.listeners) {
    text.Line(0, "listener {} on {}{}", listener.name.empty() ? "(no name)" : listener.name, listener.address,
              listener.ipv4_compat ? " and IPv4" : "");
    if (listener.connection_limit) text.Line(1, "at most {} connections", *listener.connection_limit);
    for (const FilterChain& chain : listener.filter_chains) DescribeChain(chain, text);
  }
  if (const auto max = bootstrap.global_downstream_max_connections) {
    text.Line(0, "at most {} connections on all listeners", *max);
  }
  for (const Cluster& cluster : bootstrap.clusters) DescribeCluster(cluster, text);
  if (bootstrap.admin) {
    text.Line(0, "admin on {}", bootstrap.admin->address);
    DescribeAccessLogs(bootstrap.admin->access_log, 1, text);
  }
  const std::vector<std::string> extensions = bootstrap.extensions.Names();
  if (!extensions.empty()) text.Line(0, "beyond Envoy: {}", Joined(extensions));
  if (bootstrap.error_shape != ErrorShape::kEnvoy) text.Line(0, "errors: {}", NameOf(bootstrap.error_shape));
  return text.Take();
}

}  // namespace minato::gateway::config

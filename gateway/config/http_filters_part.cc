// The chain of HTTP filters of a connection manager, and what routes say of its filters.
#include <algorithm>

#include "gateway/config/envoy_messages.h"
#include "gateway/config/other_names.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

constexpr std::string_view kTranscoderType =
    "envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder";
constexpr std::string_view kRouterType = "envoy.extensions.filters.http.router.v3.Router";
constexpr std::string_view kCorsType = "envoy.extensions.filters.http.cors.v3.Cors";
constexpr std::string_view kCorsPolicyType = "envoy.extensions.filters.http.cors.v3.CorsPolicy";
constexpr std::string_view kGrpcWebType = "envoy.extensions.filters.http.grpc_web.v3.GrpcWeb";
constexpr std::string_view kGrpcStatsType = "envoy.extensions.filters.http.grpc_stats.v3.FilterConfig";
constexpr std::string_view kHealthCheckType = "envoy.extensions.filters.http.health_check.v3.HealthCheck";
constexpr std::string_view kFilterConfigType = "envoy.config.route.v3.FilterConfig";

RouterFilter ReadRouter(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kRouter, errors);
  reader.WithoutEffect("dynamic_stats", "per-cluster counters of Envoy, none of which are exported");
  reader.WithoutEffect("start_child_span", "concerns tracing, which is refused where it is configured");
  return {};
}

HealthCheckFilter ReadHealthCheckFilter(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kHealthCheckFilter, errors);
  HealthCheckFilter filter;
  if (!reader.Has("pass_through_mode")) reader.Missing("pass_through_mode");
  reader.OnlyBool("pass_through_mode", false);
  for (const auto& [cluster, percent] : reader.TakeMap("cluster_min_healthy_percentages")) {
    filter.cluster_min_healthy_percentages[cluster] = static_cast<uint32_t>(ReadPercent(percent, errors));
  }
  for (const YamlValue& header : reader.TakeList("headers")) {
    filter.headers.push_back(ReadHeaderMatcher(header, errors));
  }
  return filter;
}

// Counts calls by method, which Envoy exports and tells its access logs (emit_filter_state).
GrpcStatsFilter ReadGrpcStats(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kGrpcStats, errors);
  reader.OnlyBool("emit_filter_state", false);
  constexpr std::string_view kNothingIsExported = "per-method counters of Envoy, none of which are exported";
  const std::string_view which = reader.WhichOf({"individual_method_stats_allowlist", "stats_for_all_methods"},
                                                MessageReader::OneOf::kOptional);
  if (which == "stats_for_all_methods") reader.Bool(which);
  if (which == "individual_method_stats_allowlist") {
    MessageReader list(*reader.Take(which), kGrpcMethodList, errors);
    for (const YamlValue& service : list.TakeList("services")) {
      MessageReader methods(service, kGrpcMethodListService, errors);
      methods.RequiredString("name");
      if (methods.Strings("method_names").empty()) methods.Missing("method_names");
    }
  }
  reader.WithoutEffect("enable_upstream_stats", kNothingIsExported);
  reader.WithoutEffect("replace_dots_in_grpc_service_name", kNothingIsExported);
  return {};
}

struct NamedFilter {
  std::string name;
  HttpFilter filter;
};

std::optional<NamedFilter> ReadHttpFilter(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kHttpFilter, errors);
  const std::string name = reader.RequiredString("name");
  reader.WithoutEffect("is_optional", "a filter that is not supported is refused in any event");
  reader.OnlyBool("disabled", false);
  const auto any = reader.TakeRequired("typed_config");
  if (!any) return std::nullopt;
  const TypedValue typed = ReadAny(*any, errors);
  if (typed.type == kTranscoderType) return NamedFilter{name, ReadTranscoder(typed.value, errors)};
  if (typed.type == kRouterType) return NamedFilter{name, ReadRouter(typed.value, errors)};
  if (typed.type == kHealthCheckType) return NamedFilter{name, ReadHealthCheckFilter(typed.value, errors)};
  if (typed.type == kGrpcStatsType) return NamedFilter{name, ReadGrpcStats(typed.value, errors)};
  // Envoy takes the type of the policy, too, while it says nothing.
  const bool empty_policy = typed.type == kCorsPolicyType && typed.value.node->entries.size() == 1;
  if (typed.type == kCorsType || empty_policy) {
    MessageReader nothing(typed.value, kCorsFilter, errors);
    return NamedFilter{name, CorsFilter()};
  }
  if (typed.type == kGrpcWebType) {
    MessageReader nothing(typed.value, kGrpcWeb, errors);
    return NamedFilter{name, GrpcWebFilter()};
  }
  if (!typed.type.empty()) {
    errors.Add(any->place(), "the HTTP filter {}: {}", name, WhyNot(ExtensionKind::kHttpFilter, typed.type));
  }
  return std::nullopt;
}

}  // namespace

std::vector<HttpFilter> ReadHttpFilters(MessageReader& manager, FilterNames& names) {
  ConfigErrors& errors = manager.errors();
  std::vector<HttpFilter> filters;
  const size_t before = errors.count();
  const auto values = manager.TakeList("http_filters");
  for (const YamlValue& value : values) {
    auto read = ReadHttpFilter(value, errors);
    if (!read) continue;
    const bool is_router = std::holds_alternative<RouterFilter>(read->filter);
    const bool is_last = value.node == values.back().node && value.path == values.back().path;
    if (is_router && !is_last) errors.Add(value.place(), "the router must be the last filter");
    if (!is_router && is_last) errors.Add(value.place(), "the last filter must be the router");
    if (std::holds_alternative<CorsFilter>(read->filter)) {
      if (!names.cors.empty()) {
        errors.Add(value.place(), "the CORS filter \"{}\": a second one, behind \"{}\", is not supported", read->name,
                   names.cors);
      }
      names.cors = read->name;
    } else if (std::holds_alternative<std::shared_ptr<const GrpcJsonTranscoder>>(read->filter)) {
      names.transcoders.push_back(read->name);
    }
    filters.push_back(std::move(read->filter));
  }
  if (values.empty() && errors.count() == before) {
    errors.Add(manager.PlaceOf("http_filters"), "the router is required, as the last filter");
  }
  return filters;
}

namespace {

void SetTranscoder(const std::string& name, const std::shared_ptr<const GrpcJsonTranscoder>& transcoder,
                   const FilterNames& names, PerFilterConfig& config) {
  for (size_t i = 0; i < names.transcoders.size(); ++i) {
    if (names.transcoders[i] != name) continue;
    if (config.transcoders.size() <= i) config.transcoders.resize(i + 1);
    config.transcoders[i] = transcoder;
  }
}

// What a route says of one filter. A name that no filter of the chain has makes no difference, as in Envoy.
void ReadForFilter(const std::string& name, const TypedValue& typed, const FilterNames& names, PerFilterConfig& config,
                   ConfigErrors& errors) {
  if (typed.type == kTranscoderType) {
    SetTranscoder(name, ReadTranscoder(typed.value, errors), names, config);
  } else if (typed.type == kCorsPolicyType) {
    auto cors = ReadCorsPolicy(typed.value, errors);
    if (name == names.cors) config.cors = std::move(cors);
  } else if (!typed.type.empty()) {
    errors.Add(typed.value.place(), "{}", WhyNot(ExtensionKind::kPerRoute, typed.type));
  }
}

// The same in a FilterConfig, which does not stand in another.
void ReadFilterConfig(const std::string& name, const TypedValue& typed, const FilterNames& names,
                      PerFilterConfig& config, ConfigErrors& errors) {
  MessageReader reader(typed.value, kFilterConfig, errors);
  reader.WithoutEffect("is_optional", "a filter that is not supported is refused in any event");
  const bool disabled = reader.Bool("disabled");
  const auto inner = disabled ? reader.Take("config") : reader.TakeRequired("config");
  if (inner) ReadForFilter(name, ReadAny(*inner, errors), names, config, errors);
  if (!disabled) return;
  if (std::find(names.transcoders.begin(), names.transcoders.end(), name) != names.transcoders.end()) {
    SetTranscoder(name, std::make_shared<GrpcJsonTranscoder>(), names, config);  // no services: off
  } else {
    errors.Add(reader.PlaceOf("disabled"), "is supported for the transcoder only");
  }
}

}  // namespace

PerFilterConfig ReadPerFilterConfig(MessageReader& level, const FilterNames& names) {
  PerFilterConfig config;
  for (const auto& [name, any] : level.TakeMap("typed_per_filter_config")) {
    const TypedValue typed = ReadAny(any, level.errors());
    const auto read = typed.type == kFilterConfigType ? ReadFilterConfig : ReadForFilter;
    read(name, typed, names, config, level.errors());
  }
  return config;
}

}  // namespace minato::gateway::config

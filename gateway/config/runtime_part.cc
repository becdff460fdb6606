// Bootstrap.layered_runtime and overload_manager, as far as they bound connections.
#include <map>
#include <set>

#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"
#include "gateway/config/scalar.h"

namespace minato::gateway::config {
namespace {

constexpr std::string_view kGlobalMax = "overload.global_downstream_max_connections";
constexpr std::string_view kListenerPrefix = "envoy.resource_limits.listener.";
constexpr std::string_view kListenerSuffix = ".connection_limit";
constexpr std::string_view kMonitor = "envoy.resource_monitors.global_downstream_max_connections";
constexpr std::string_view kMonitorType =
    "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig";

using Entries = std::map<std::string, YamlValue>;

// A key stands with dots or as maps inside each other.
void Flatten(const YamlValue& value, const std::string& prefix, Entries& entries, ConfigErrors& errors) {
  for (const YamlNode::Entry& entry : value.node->entries) {
    const std::string key = prefix.empty() ? entry.key : fmt::format("{}.{}", prefix, entry.key);
    const YamlValue child{entry.value, fmt::format("{}.{}", value.path, entry.key)};
    if (entry.value->kind == YamlNode::Kind::kMap) {
      Flatten(child, key, entries, errors);
    } else if (!entries.emplace(key, child).second) {
      errors.Add(child.place(), "the key {} stands twice in this layer", key);
    }
  }
}

std::string ListenerOf(const std::string& key) {
  const size_t around = kListenerPrefix.size() + kListenerSuffix.size();
  if (key.size() <= around || !key.starts_with(kListenerPrefix) || !key.ends_with(kListenerSuffix)) return {};
  return key.substr(kListenerPrefix.size(), key.size() - around);
}

void ReadStaticLayer(const YamlValue& layer, ConnectionLimits& limits, ConfigErrors& errors) {
  if (layer.node->kind != YamlNode::Kind::kMap) return errors.Add(layer.place(), "expected an object");
  Entries entries;
  Flatten(layer, "", entries, errors);
  for (const auto& [key, value] : entries) {
    const std::string listener = ListenerOf(key);
    if (key != kGlobalMax && listener.empty()) {
      errors.Add(value.place(), "the runtime key {} is not supported; these are: {}, {}<name>{}", key, kGlobalMax,
                 kListenerPrefix, kListenerSuffix);
      continue;
    }
    const StatusOr<uint32_t> max = UInt32Of(*value.node);
    if (!max.ok()) {
      errors.Add(value.place(), "{}", MessageOf(max.status()));
    } else if (listener.empty()) {
      limits.global = *max;
    } else {
      limits.by_listener[listener] = {*max, {value.path, value.node->line, errors.file()}};
    }
  }
}

}  // namespace

void ReadLayeredRuntime(const YamlValue& value, ConnectionLimits& limits, ConfigErrors& errors) {
  MessageReader reader(value, kLayeredRuntime, errors);
  std::set<std::string> names;
  size_t admin_layers = 0;
  for (const YamlValue& layer_value : reader.TakeList("layers")) {
    MessageReader layer(layer_value, kRuntimeLayer, errors);
    const std::string name = layer.RequiredString("name");
    if (!name.empty() && !names.insert(name).second) errors.Add(layer.place(), "the layer \"{}\" stands twice", name);
    const std::string_view which = layer.WhichOf({"static_layer", "disk_layer", "admin_layer", "rtds_layer"},
                                                 MessageReader::OneOf::kRequired);
    if (which == "static_layer") ReadStaticLayer(*layer.Take(which), limits, errors);
    if (which != "admin_layer") continue;
    MessageReader nothing(*layer.Take(which), kAdminLayer, errors);
    if (++admin_layers > 1) errors.Add(layer.place(), "only one admin_layer is allowed");
  }
}

void ReadOverloadManager(const YamlValue& value, ConnectionLimits& limits, ConfigErrors& errors) {
  MessageReader reader(value, kOverloadManager, errors);
  reader.Duration("refresh_interval", absl::ZeroDuration());  // without effect: connections are counted as they come
  for (const YamlValue& monitor_value : reader.TakeList("resource_monitors")) {
    MessageReader monitor(monitor_value, kResourceMonitor, errors);
    const std::string name = monitor.RequiredString("name");
    const auto any = monitor.TakeRequired("typed_config");
    if (!any) continue;
    const TypedValue typed = ReadAny(*any, errors);
    if (typed.type.empty()) continue;
    if (name != kMonitor || typed.type != kMonitorType) {
      errors.Add(any->place(), "{} ({}) is not supported; this is: {} ({})", name, typed.type, kMonitor, kMonitorType);
      continue;
    }
    MessageReader config(typed.value, kDownstreamConnectionsConfig, errors);
    if (limits.global.has_value()) {
      errors.Add(config.place(), "besides the runtime key {} or another monitor it is not supported", kGlobalMax);
    }
    limits.global = config.UInt32("max_active_downstream_connections", 0, {.min = 1});
    if (!config.Has("max_active_downstream_connections")) config.Missing("max_active_downstream_connections");
  }
}

}  // namespace minato::gateway::config

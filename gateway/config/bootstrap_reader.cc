#include "gateway/config/bootstrap_reader.h"

#include <set>

#include "gateway/config/bounded_file.h"
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"
#include "gateway/config/yaml_document.h"

namespace minato::gateway::config {
namespace {

void CheckListeners(const std::vector<Listener>& listeners, ConfigErrors& errors) {
  std::set<std::string> names, addresses;
  for (const Listener& listener : listeners) {
    if (!listener.name.empty() && !names.insert(listener.name).second) {
      errors.Add(listener.place, "the listener \"{}\" stands twice", listener.name);
    }
    const bool any_port = listener.address.ends_with(":0");
    if (!listener.address.empty() && !any_port && !addresses.insert(listener.address).second) {
      errors.Add(listener.place, "two listeners on {}", listener.address);
    }
  }
}

void CheckRoutes(const RouteConfiguration& config, const std::set<std::string>& clusters, ConfigErrors& errors) {
  for (const VirtualHost& host : config.virtual_hosts) {
    for (const Route& route : host.routes) {
      const auto* action = std::get_if<RouteAction>(&route.action);
      if (action == nullptr) continue;
      const auto check = [&](std::string_view field, const std::string& cluster) {
        if (cluster.empty() || clusters.contains(cluster)) return;
        errors.Add({fmt::format("{}.route.{}", route.place.path, field), route.place.line}, "unknown cluster \"{}\"",
                   cluster);
      };
      check("cluster", action->cluster);
      for (const ClusterWeight& weighted : action->weighted_clusters) check("weighted_clusters", weighted.name);
    }
  }
}

void ReadStaticResources(const YamlValue& value, Bootstrap& bootstrap, ConfigErrors& errors) {
  MessageReader reader(value, kStaticResources, errors);
  std::set<std::string> clusters;
  for (const YamlValue& cluster_value : reader.TakeList("clusters")) {
    Cluster cluster = ReadCluster(cluster_value, errors);
    if (!cluster.name.empty() && !clusters.insert(cluster.name).second) {
      errors.Add(cluster.place, "the cluster \"{}\" stands twice", cluster.name);
    }
    bootstrap.clusters.push_back(std::move(cluster));
  }
  for (const YamlValue& listener : reader.TakeList("listeners")) {
    bootstrap.listeners.push_back(ReadListener(listener, errors));
    for (const FilterChain& chain : bootstrap.listeners.back().filter_chains) {
      CheckRoutes(chain.http.route_config, clusters, errors);
    }
  }
  CheckListeners(bootstrap.listeners, errors);
}

// Without an address there is no admin port.
std::optional<Admin> ReadAdmin(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kAdmin, errors);
  Admin admin;
  admin.access_log = ReadAccessLogs(reader);
  if (const std::string path = reader.String("access_log_path"); !path.empty() && path != kNoLog) {
    admin.access_log.push_back({.place = reader.PlaceOf("access_log_path"),
                                .path = path,
                                .format = LogFormat::Default()});
  }
  reader.WithoutEffect("profile_path", "there is no profiler");
  const auto address = reader.Take("address");
  if (!address) return std::nullopt;
  const ListenSocket socket = ReadSocketAddress(*address, errors);
  admin.address = socket.address;
  admin.ipv4_compat = socket.ipv4_compat;
  return admin;
}

void SetLimits(ConnectionLimits limits, Bootstrap& bootstrap) {
  bootstrap.global_downstream_max_connections = limits.global;
  for (Listener& listener : bootstrap.listeners) {
    const auto found = limits.by_listener.find(listener.name);
    if (found == limits.by_listener.end()) continue;
    listener.connection_limit = found->second.max;
    limits.by_listener.erase(found);
  }
  for (const auto& [name, limit] : limits.by_listener) {
    bootstrap.warnings.push_back(fmt::format("{}: there is no listener \"{}\"", limit.place.ToString(), name));
  }
}

}  // namespace

StatusOr<Bootstrap> ReadBootstrap(std::string_view yaml, std::string_view file_name) {
  TRY(const YamlDocument document, YamlDocument::Parse(yaml, file_name));
  ConfigErrors errors(file_name);
  Bootstrap bootstrap;
  {
    MessageReader reader({&document.root(), ""}, kBootstrap, errors);
    if (const auto resources = reader.Take("static_resources")) ReadStaticResources(*resources, bootstrap, errors);
    if (const auto admin = reader.Take("admin")) bootstrap.admin = ReadAdmin(*admin, errors);
    ConnectionLimits limits;
    if (const auto runtime = reader.Take("layered_runtime")) ReadLayeredRuntime(*runtime, limits, errors);
    if (const auto overload = reader.Take("overload_manager")) ReadOverloadManager(*overload, limits, errors);
    SetLimits(std::move(limits), bootstrap);
    reader.WithoutEffect("stats_config", "names counters of Envoy that are not exported");
    reader.WithoutEffect("stats_flush_interval", "counters go nowhere by themselves: stats_sinks are refused");
    reader.WithoutEffect("node", "tells a management server who is asking, and there is none");
  }
  TRY(errors.ToStatus());
  bootstrap.warnings.insert(bootstrap.warnings.begin(), document.warnings().begin(), document.warnings().end());
  return bootstrap;
}

StatusOr<Bootstrap> ReadBootstrapFile(const std::string& file_name) {
  TRY(const std::string yaml, ReadBoundedFile(file_name, YamlLimits().bytes_max));
  return ReadBootstrap(yaml, file_name);
}

}  // namespace minato::gateway::config

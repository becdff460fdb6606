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
      if (action == nullptr || action->cluster.empty() || clusters.contains(action->cluster)) continue;
      errors.Add({route.place.path + ".route.cluster", route.place.line}, "unknown cluster \"{}\"", action->cluster);
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
    admin.access_log.push_back({.place = {reader.place().path + ".access_log_path", reader.place().line},
                                .path = path,
                                .format = LogFormat::Default()});
  }
  reader.WithoutEffect("profile_path", "there is no profiler");
  const auto address = reader.Take("address");
  if (!address) return std::nullopt;
  admin.address = ReadSocketAddress(*address, errors);
  return admin;
}

}  // namespace

StatusOr<Bootstrap> ReadBootstrap(std::string_view yaml, std::string_view file_name) {
  TRY(const YamlDocument document, YamlDocument::Parse(yaml, file_name));
  ConfigErrors errors;
  Bootstrap bootstrap;
  {
    MessageReader reader({&document.root(), ""}, kBootstrap, errors);
    if (const auto resources = reader.Take("static_resources")) ReadStaticResources(*resources, bootstrap, errors);
    if (const auto admin = reader.Take("admin")) bootstrap.admin = ReadAdmin(*admin, errors);
    reader.WithoutEffect("node", "tells a management server who is asking, and there is none");
  }
  TRY(errors.ToStatus(file_name));
  return bootstrap;
}

StatusOr<Bootstrap> ReadBootstrapFile(const std::string& file_name) {
  TRY(const std::string yaml, ReadBoundedFile(file_name, YamlLimits().bytes_max));
  return ReadBootstrap(yaml, file_name);
}

}  // namespace minato::gateway::config

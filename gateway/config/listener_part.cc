// config.listener.v3
#include <set>

#include "gateway/config/envoy_messages.h"
#include "gateway/config/other_names.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

constexpr std::string_view kManagerType =
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
constexpr std::string_view kTlsInspectorType = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";

// The server's name is read from every TLS hello; the filter that does so in Envoy may be named, or not.
void ReadListenerFilter(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kListenerFilter, errors);
  reader.RequiredString("name");
  const auto any = reader.TakeRequired("typed_config");
  if (!any) return;
  const TypedValue typed = ReadAny(*any, errors);
  if (typed.type == kTlsInspectorType) {
    MessageReader inspector(typed.value, kTlsInspector, errors);
  } else if (!typed.type.empty()) {
    errors.Add(any->place(), "{}", WhyNot(ExtensionKind::kListenerFilter, typed.type));
  }
}

HttpConnectionManager ReadNetworkFilters(MessageReader& chain) {
  ConfigErrors& errors = chain.errors();
  const auto filters = chain.TakeList("filters");
  if (filters.empty()) errors.Add(chain.PlaceOf("filters"), "the HTTP connection manager is required");
  if (filters.size() > 1) {
    errors.Add(filters[1].place(), "only one network filter is supported, the HTTP connection manager");
  }
  if (filters.size() != 1) return {};
  MessageReader reader(filters[0], kFilter, errors);
  const std::string name = reader.RequiredString("name");
  const auto any = reader.TakeRequired("typed_config");
  if (!any) return {};
  const TypedValue typed = ReadAny(*any, errors);
  if (typed.type == kManagerType) return ReadHttpConnectionManager(typed.value, errors);
  if (!typed.type.empty()) {
    errors.Add(any->place(), "the network filter {}: {}", name, WhyNot(ExtensionKind::kNetworkFilter, typed.type));
  }
  return {};
}

FilterChain ReadFilterChain(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kFilterChain, errors);
  FilterChain chain;
  reader.WithoutEffect("name", "only Envoy's logs and its listener updates mention it");
  reader.WithoutEffect("metadata", "nothing that reads it is supported");
  if (const auto match = reader.Take("filter_chain_match")) {
    MessageReader match_reader(*match, kFilterChainMatch, errors);
    chain.server_names = match_reader.Strings("server_names");
    // Connections of the other kind find no chain in Envoy, and are refused one step later here.
    const std::string protocol = match_reader.String("transport_protocol");
    const std::string_view own = reader.Has("transport_socket") ? "tls" : "raw_buffer";
    if (!protocol.empty() && protocol != own) {
      errors.Add(match_reader.PlaceOf("transport_protocol"), "only {} is supported in this chain", own);
    }
  }
  if (const auto socket = reader.Take("transport_socket")) chain.tls = ReadDownstreamTls(*socket, errors);
  if (!chain.server_names.empty() && !chain.tls) {
    errors.Add({reader.place().path + ".filter_chain_match.server_names", reader.PlaceOf("filter_chain_match").line},
               "without a transport_socket is not supported");
  }
  chain.http = ReadNetworkFilters(reader);
  return chain;
}

void CheckServerNames(const std::vector<FilterChain>& chains, const YamlValue& listener, ConfigErrors& errors) {
  std::set<std::string> seen;
  for (const FilterChain& chain : chains) {
    std::vector<std::string> names = chain.server_names;
    if (names.empty()) names.push_back("");
    for (const std::string& name : names) {
      if (name.find('*') != name.npos && !(name.starts_with("*.") && name.find('*', 1) == name.npos)) {
        errors.Add(listener.place(), "server_names: \"{}\" may have a '*' only in front, as \"*.\"", name);
      }
      if (seen.insert(name).second) continue;
      if (name.empty()) {
        errors.Add(listener.place(), "two filter chains without server_names: no connection could tell them apart");
      } else {
        errors.Add(listener.place(), "two filter chains with the same server name \"{}\"", name);
      }
    }
  }
}

}  // namespace

Listener ReadListener(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kListener, errors);
  Listener listener;
  listener.place = reader.place();
  listener.name = reader.String("name");
  if (const auto address = reader.TakeRequired("address")) {
    const ListenSocket socket = ReadSocketAddress(*address, errors);
    listener.address = socket.address;
    listener.ipv4_compat = socket.ipv4_compat;
  }
  listener.tcp_backlog_size = reader.OptionalUInt32("tcp_backlog_size");
  listener.per_connection_buffer_limit_bytes =
      reader.UInt32("per_connection_buffer_limit_bytes", listener.per_connection_buffer_limit_bytes);
  for (const YamlValue& filter : reader.TakeList("listener_filters")) ReadListenerFilter(filter, errors);
  const auto chains = reader.TakeList("filter_chains");
  if (chains.empty()) errors.Add(reader.PlaceOf("filter_chains"), "at least one is required");
  for (const YamlValue& chain : chains) listener.filter_chains.push_back(ReadFilterChain(chain, errors));
  CheckServerNames(listener.filter_chains, value, errors);
  RefuseAccessLogs(reader);
  reader.WithoutEffect("stat_prefix", "names counters of Envoy that are not exported");
  reader.WithoutEffect("metadata", "nothing that reads it is supported");
  reader.WithoutEffect("traffic_direction", "only Envoy's tracing and its /drain_listeners look at it");
  reader.OnlyBool("enable_reuse_port", true);
  reader.OnlyBool("bind_to_port", true);
  return listener;
}

}  // namespace minato::gateway::config

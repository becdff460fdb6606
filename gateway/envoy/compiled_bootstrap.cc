#include "gateway/envoy/compiled_bootstrap.h"

namespace minato::gateway {

StatusOr<std::shared_ptr<const CompiledBootstrap>> CompiledBootstrap::Compile(config::Bootstrap bootstrap) {
  std::shared_ptr<CompiledBootstrap> compiled(new CompiledBootstrap(std::move(bootstrap)));
  for (const config::Listener& listener : compiled->bootstrap_.listeners) {
    for (const config::FilterChain& chain : listener.filter_chains) TRY(compiled->Add(chain.http));
    TRY(compiled->AddTls(listener));
  }
  for (const config::Cluster& cluster : compiled->bootstrap_.clusters) TRY(compiled->AddTls(cluster));
  return compiled;
}

Status CompiledBootstrap::Add(const config::HttpConnectionManager& http) {
  for (const config::HttpFilter& filter : http.http_filters) {
    const auto* const transcoder = std::get_if<std::shared_ptr<const config::GrpcJsonTranscoder>>(&filter);
    if (transcoder != nullptr) TRY(transcoders_.Add(**transcoder, bootstrap_.extensions));
  }
  TRY(Add(http.route_config.per_filter));
  for (const config::VirtualHost& host : http.route_config.virtual_hosts) {
    TRY(Add(host.per_filter));
    for (const config::Route& route : host.routes) TRY(Add(route.per_filter));
  }
  routes_.emplace(&http, std::make_unique<Routes>(http.route_config));
  return OkStatus();
}

Status CompiledBootstrap::Add(const config::PerFilterConfig& per_filter) {
  for (const auto& policy : {per_filter.cors, per_filter.older_cors}) {
    if (policy != nullptr) cors_origins_.Add(*policy);
  }
  for (const auto& transcoder : per_filter.transcoders) {
    if (transcoder != nullptr) TRY(transcoders_.Add(*transcoder, bootstrap_.extensions));
  }
  return OkStatus();
}

Status CompiledBootstrap::AddTls(const config::Listener& listener) {
  std::vector<TlsAcceptor::Chain> chains;
  for (const config::FilterChain& chain : listener.filter_chains) {
    if (chain.tls.has_value()) chains.push_back({chain.server_names, *chain.tls});
  }
  if (chains.empty()) return OkStatus();
  if (chains.size() != listener.filter_chains.size()) {
    return InvalidArgument("{}.filter_chains: with and without a transport_socket on one listener is not supported",
                           listener.place.ToString());
  }
  TRY(acceptors_[listener.address], TlsAcceptor::Create(chains));
  return OkStatus();
}

Status CompiledBootstrap::AddTls(const config::Cluster& cluster) {
  if (!cluster.tls.has_value()) return OkStatus();
  TRY(connectors_[cluster.name], TlsConnector::Create(*cluster.tls));
  return OkStatus();
}

std::shared_ptr<const TlsAcceptor> CompiledBootstrap::TlsOf(const std::string& listener_address) const {
  const auto found = acceptors_.find(listener_address);
  return found == acceptors_.end() ? nullptr : found->second;
}

std::shared_ptr<const TlsConnector> CompiledBootstrap::TlsOf(const config::Cluster& cluster) const {
  const auto found = connectors_.find(cluster.name);
  return found == connectors_.end() ? nullptr : found->second;
}

}  // namespace minato::gateway

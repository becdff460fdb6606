#include "gateway/envoy/compiled_bootstrap.h"

namespace minato::gateway {

StatusOr<std::shared_ptr<const CompiledBootstrap>> CompiledBootstrap::Compile(config::Bootstrap bootstrap) {
  std::shared_ptr<CompiledBootstrap> compiled(new CompiledBootstrap(std::move(bootstrap)));
  for (const config::Listener& listener : compiled->bootstrap_.listeners) {
    for (const config::FilterChain& chain : listener.filter_chains) TRY(compiled->Add(chain.http));
  }
  return compiled;
}

Status CompiledBootstrap::Add(const config::HttpConnectionManager& http) {
  for (const config::HttpFilter& filter : http.http_filters) {
    const auto* const transcoder = std::get_if<std::shared_ptr<const config::GrpcJsonTranscoder>>(&filter);
    if (transcoder != nullptr) TRY(transcoders_.Add(**transcoder));
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
  if (per_filter.cors != nullptr) cors_origins_.Add(*per_filter.cors);
  return per_filter.transcoder == nullptr ? OkStatus() : transcoders_.Add(*per_filter.transcoder);
}

}  // namespace minato::gateway

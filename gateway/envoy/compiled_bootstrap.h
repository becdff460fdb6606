// An Envoy bootstrap made ready to serve: what all workers share of it.
#pragma once

#include <map>
#include <memory>

#include "gateway/config/bootstrap.h"
#include "gateway/filters/envoy_cors.h"
#include "gateway/filters/transcoder/transcoder_tables.h"
#include "gateway/transport/tls.h"
#include "gateway/upstream/route_choice.h"

namespace minato::gateway {

// Immutable.
class CompiledBootstrap {
 public:
  // InvalidArgument that names the place, for what only shows when it is compiled: descriptor sets, path
  // templates, certificates.
  static StatusOr<std::shared_ptr<const CompiledBootstrap>> Compile(config::Bootstrap bootstrap);

  const config::Bootstrap& bootstrap() const { return bootstrap_; }
  const Routes& RoutesOf(const config::HttpConnectionManager& http) const { return *routes_.at(&http); }
  const TranscoderTablesByConfig& transcoders() const { return transcoders_; }
  const CorsOrigins& cors_origins() const { return cors_origins_; }
  // nullptr: without TLS.
  std::shared_ptr<const TlsAcceptor> TlsOf(const std::string& listener_address) const;
  std::shared_ptr<const TlsConnector> TlsOf(const config::Cluster& cluster) const;

 private:
  explicit CompiledBootstrap(config::Bootstrap bootstrap) : bootstrap_(std::move(bootstrap)) {}
  Status Add(const config::HttpConnectionManager& http);
  Status Add(const config::PerFilterConfig& per_filter);
  Status AddTls(const config::Listener& listener);
  Status AddTls(const config::Cluster& cluster);

  const config::Bootstrap bootstrap_;
  std::map<const config::HttpConnectionManager*, std::unique_ptr<const Routes>> routes_;
  TranscoderTablesByConfig transcoders_;
  CorsOrigins cors_origins_;
  std::map<std::string, std::shared_ptr<const TlsAcceptor>> acceptors_;    // by the listener's address
  std::map<std::string, std::shared_ptr<const TlsConnector>> connectors_;  // by the cluster's name
};

}  // namespace minato::gateway

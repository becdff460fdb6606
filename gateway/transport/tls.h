// TLS 1.2 and 1.3 for connections of either side, as an Envoy TlsContext describes it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/config/bootstrap.h"
#include "gateway/transport/wire_codec.h"

namespace minato::gateway {

// What a listener's connections share. Immutable, any thread.
class TlsAcceptor : public std::enable_shared_from_this<TlsAcceptor> {
 public:
  // A filter chain: the names that choose it (exact, "*.example.com"; none: every other), and its certificate.
  struct Chain {
    std::vector<std::string> server_names = {};
    config::TlsContext tls;
  };

  // Reads files. InvalidArgument that names the place, the file and what is wrong with it.
  static StatusOr<std::shared_ptr<const TlsAcceptor>> Create(const std::vector<Chain>& chains);
  virtual ~TlsAcceptor() = default;

  // For an accepted connection. A client that asks for a name that no chain has is refused.
  virtual std::unique_ptr<WireCodec> Accept() const = 0;
};

// What a cluster's connections share. Immutable, any thread.
class TlsConnector : public std::enable_shared_from_this<TlsConnector> {
 public:
  // As above. Without alpn_protocols it offers h2. The peer is verified if there is a trusted_ca.
  static StatusOr<std::shared_ptr<const TlsConnector>> Create(const config::TlsContext& tls);
  virtual ~TlsConnector() = default;

  virtual std::unique_ptr<WireCodec> Connect() const = 0;
};

}  // namespace minato::gateway

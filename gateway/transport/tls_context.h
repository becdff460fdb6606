// An OpenSSL context made of a TlsContext of the configuration: what servers and clients have in common.
#pragma once

#include <string>
#include <vector>

#include "gateway/config/bootstrap.h"
#include "gateway/config/string_match.h"
#include "gateway/transport/openssl.h"
#include "runtime/status.h"

namespace minato::gateway {

// Stays where it is: the context's callbacks refer to it.
class TlsContext {
 public:
  enum class Side { kServer, kClient };

  static StatusOr<std::unique_ptr<const TlsContext>> Create(const config::TlsContext& config, Side side);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  SSL_CTX* get() const { return context_.get(); }
  bool verifies() const { return SSL_CTX_get_verify_mode(get()) != SSL_VERIFY_NONE; }

 private:
  explicit TlsContext(Side side);

  Status UseCertificate(const std::string& chain_source, const std::string& key_source);
  Status Trust(const config::TlsContext& config);
  Status UseProtocols(const std::vector<std::string>& names);
  bool MatchesPeer(X509* certificate) const;

  static int SelectProtocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                            unsigned offered_size, void* self);
  static int Verify(X509_STORE_CTX* store, void* self);

  const Side side_;
  SslContextPtr context_;
  std::vector<StringMatch> peer_names_;
  std::vector<std::string> exact_peer_names_;  // may be covered by a wildcard of the certificate
  std::string protocols_;                      // as TLS has them: each with its length before it
};

}  // namespace minato::gateway

#include "gateway/transport/tls_context.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "runtime/check.h"

namespace minato::gateway {
namespace {

// Envoy's defaults (TlsParameters.cipher_suites, ecdh_curves); TLS 1.3 has only good ones.
constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr char kCurves[] = "X25519:P-256";

constexpr size_t kPemBytesMax = 4 << 20;

// PEM of a file or of the configuration itself, and its name in messages.
struct Pem {
  std::string name;
  std::string text;

  static StatusOr<Pem> Read(const std::string& source) {
    if (source.starts_with("-----BEGIN")) return Pem{"inline_string", source};
    std::ifstream file(source, std::ios::binary);
    if (!file) return InvalidArgument("{}: {}", source, std::strerror(errno));
    std::string text(kPemBytesMax + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(file.gcount()));
    if (text.size() > kPemBytesMax) return InvalidArgument("{}: larger than {} bytes", source, kPemBytesMax);
    if (file.bad() || text.empty()) return InvalidArgument("{}: cannot be read, or is empty", source);
    return Pem{source, std::move(text)};
  }
  BioPtr Open() const { return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }
};

// Nobody could type it.
int NoPassword(char*, int, int, void*) { return -1; }

// All certificates, at least one.
StatusOr<std::vector<X509Ptr>> ReadCertificates(const Pem& pem) {
  std::vector<X509Ptr> certificates;
  const BioPtr bio = pem.Open();
  ERR_clear_error();
  while (X509* const read = PEM_read_bio_X509_AUX(bio.get(), nullptr, &NoPassword, nullptr)) {
    certificates.emplace_back(read);
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (at_end && !certificates.empty()) {
    ERR_clear_error();
    return certificates;
  }
  if (at_end) return InvalidArgument("{}: no certificate", pem.name);
  return InvalidArgument("{}: certificate {}: {}", pem.name, certificates.size() + 1, TakeOpenSslError());
}

// Does the name of a certificate, perhaps "*.example.com", cover this one? (RFC 6125, 6.4.3)
bool Covers(std::string_view pattern, std::string_view name) {
  const auto equal = [](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return std::tolower(static_cast<unsigned char>(x)) ==
                                                  std::tolower(static_cast<unsigned char>(y)); });
  };
  if (!pattern.starts_with("*.")) return equal(pattern, name);
  const size_t dot = name.find('.');
  return dot != name.npos && dot > 0 && equal(pattern.substr(1), name.substr(dot));
}

}  // namespace

TlsContext::TlsContext(Side side)
    : side_(side), context_(SSL_CTX_new(side == Side::kServer ? TLS_server_method() : TLS_client_method())) {
  SSL_CTX* const context = context_.get();
  CHECK(context != nullptr, "out of memory");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Sessions are resumed by tickets; a cache would be shared, with a lock, by all workers.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  CHECK(SSL_CTX_set_cipher_list(context, kCiphers) == 1, "{}", TakeOpenSslError());
  CHECK(SSL_CTX_set1_curves_list(context, kCurves) == 1, "{}", TakeOpenSslError());
}

StatusOr<std::unique_ptr<const TlsContext>> TlsContext::Create(const config::TlsContext& config, Side side) {
  std::unique_ptr<TlsContext> made(new TlsContext(side));
  const auto fill = [&]() -> Status {
    if (!config.certificate_chain.empty()) TRY(made->UseCertificate(config.certificate_chain, config.private_key));
    TRY(made->Trust(config));
    return made->UseProtocols(config.alpn_protocols);
  };
  const Status filled = fill();
  if (!filled.ok()) return InvalidArgument("{}: {}", config.place.ToString(), MessageOf(filled));
  return made;
}

Status TlsContext::UseCertificate(const std::string& chain_source, const std::string& key_source) {
  TRY(const Pem chain, Pem::Read(chain_source));
  TRY(std::vector<X509Ptr> certificates, ReadCertificates(chain));
  if (SSL_CTX_use_certificate(get(), certificates.front().get()) != 1) {
    return InvalidArgument("{}: {}", chain.name, TakeOpenSslError());
  }
  for (size_t i = 1; i < certificates.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(get(), certificates[i].get()) != 1) {
      return InvalidArgument("{}: certificate {}: {}", chain.name, i + 1, TakeOpenSslError());
    }
  }
  TRY(const Pem key_pem, Pem::Read(key_source));
  const BioPtr bio = key_pem.Open();
  const PrivateKeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassword, nullptr));
  if (key == nullptr) return InvalidArgument("{}: no private key without a password: {}", key_pem.name, TakeOpenSslError());
  if (SSL_CTX_use_PrivateKey(get(), key.get()) != 1) {
    return InvalidArgument("{}: the private key does not fit the certificate of {}: {}", key_pem.name, chain.name,
                           TakeOpenSslError());
  }
  return OkStatus();
}

Status TlsContext::Trust(const config::TlsContext& config) {
  if (config.trusted_ca.empty()) return OkStatus();
  TRY(const Pem pem, Pem::Read(config.trusted_ca));
  TRY(const std::vector<X509Ptr> authorities, ReadCertificates(pem));
  for (const X509Ptr& authority : authorities) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(get()), authority.get());
    if (side_ == Side::kServer) SSL_CTX_add_client_CA(get(), authority.get());
  }
  for (const config::StringMatcher& name : config.match_subject_alt_names) {
    if (name.kind == config::StringMatcher::Kind::kExact) {
      exact_peer_names_.push_back(name.text);
    } else {
      peer_names_.emplace_back(name);
    }
  }
  const bool required = side_ == Side::kClient || config.require_client_certificate;
  SSL_CTX_set_verify(get(), SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  SSL_CTX_set_cert_verify_callback(get(), &Verify, this);
  return OkStatus();
}

Status TlsContext::UseProtocols(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name.empty() || name.size() > 255) return InvalidArgument("alpn_protocols: \"{}\" has {} bytes, not 1 to 255", name, name.size());
    protocols_ += static_cast<char>(name.size());
    protocols_ += name;
  }
  if (protocols_.empty()) return OkStatus();
  if (side_ == Side::kServer) {
    SSL_CTX_set_alpn_select_cb(get(), &SelectProtocol, this);
  } else {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(protocols_.data());
    CHECK(SSL_CTX_set_alpn_protos(get(), bytes, static_cast<unsigned>(protocols_.size())) == 0);
  }
  return OkStatus();
}

// Our order counts. Nothing in common: the handshake goes on without.
int TlsContext::SelectProtocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                               unsigned offered_size, void* self) {
  const std::string& ours = static_cast<TlsContext*>(self)->protocols_;
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(ours.data()),
                                           static_cast<unsigned>(ours.size()), offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

int TlsContext::Verify(X509_STORE_CTX* store, void* self) {
  if (X509_verify_cert(store) <= 0) return 0;
  if (static_cast<TlsContext*>(self)->MatchesPeer(X509_STORE_CTX_get0_cert(store))) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
  return 0;
}

bool TlsContext::MatchesPeer(X509* certificate) const {
  if (peer_names_.empty() && exact_peer_names_.empty()) return true;
  using NamesPtr = std::unique_ptr<GENERAL_NAMES, OpenSslFree<GENERAL_NAMES_free>>;
  const NamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return false;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const std::string_view dns(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                               static_cast<size_t>(ASN1_STRING_length(name->d.dNSName)));
    for (const std::string& exact : exact_peer_names_) {
      if (Covers(dns, exact)) return true;
    }
    for (const StringMatch& match : peer_names_) {
      if (match.Matches(dns)) return true;
    }
  }
  return false;
}

}  // namespace minato::gateway

#include "gateway/transport/tls.h"

#include <algorithm>
#include <map>

#include "gateway/transport/tls_codec.h"
#include "gateway/transport/tls_context.h"
#include "runtime/check.h"

namespace minato::gateway {
namespace {

std::string Lower(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

class Acceptor final : public TlsAcceptor {
 public:
  Status Add(const Chain& chain) {
    TRY(std::unique_ptr<const TlsContext> context, TlsContext::Create(chain.tls, TlsContext::Side::kServer));
    const size_t index = contexts_.size();
    for (const std::string& name : chain.server_names) by_name_.emplace(Lower(name), index);
    if (chain.server_names.empty()) by_name_.emplace("", index);
    contexts_.push_back(std::move(context));
    return OkStatus();
  }

  void Finish() {
    const bool verifies = std::any_of(contexts_.begin(), contexts_.end(), [](const auto& c) { return c->verifies(); });
    for (const auto& context : contexts_) {
      SSL_CTX_set_tlsext_servername_callback(context->get(), &ChooseChain);
      SSL_CTX_set_tlsext_servername_arg(context->get(), this);
      if (!verifies) continue;
      // A ticket of one chain must not stand in for the client certificate that another one asks for.
      SSL_CTX_set_options(context->get(), SSL_OP_NO_TICKET);
      SSL_CTX_set_num_tickets(context->get(), 0);
    }
  }

  std::unique_ptr<WireCodec> Accept() const override {
    SslPtr ssl(SSL_new(contexts_.front()->get()));
    CHECK(ssl != nullptr, "out of memory");
    SSL_set_accept_state(ssl.get());
    return std::make_unique<TlsCodec>(std::move(ssl), shared_from_this());
  }

 private:
  // The name itself, then "*." and ever less of its end, then the chain without names.
  std::optional<size_t> ChainFor(std::string_view name) const {
    auto found = by_name_.find(name);
    for (size_t dot = name.find('.'); found == by_name_.end() && dot != name.npos; dot = name.find('.', dot + 1)) {
      found = by_name_.find("*" + std::string(name.substr(dot)));
    }
    if (found == by_name_.end()) found = by_name_.find("");
    if (found == by_name_.end()) return std::nullopt;
    return found->second;
  }

  static int ChooseChain(SSL* ssl, int* alert, void* self) {
    const Acceptor& acceptor = *static_cast<Acceptor*>(self);
    const char* const asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const std::optional<size_t> chain = acceptor.ChainFor(asked == nullptr ? "" : Lower(asked));
    if (!chain.has_value()) {
      *alert = SSL_AD_UNRECOGNIZED_NAME;
      return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    TlsCodec::Of(ssl).set_filter_chain(*chain);
    if (*chain == 0) return SSL_TLSEXT_ERR_OK;
    SSL_CTX* const context = acceptor.contexts_[*chain]->get();
    CHECK(SSL_set_SSL_CTX(ssl, context) == context, "out of memory");
    SSL_set_verify(ssl, SSL_CTX_get_verify_mode(context), nullptr);
    SSL_set_client_CA_list(ssl, SSL_dup_CA_list(SSL_CTX_get_client_CA_list(context)));
    return SSL_TLSEXT_ERR_OK;
  }

  std::vector<std::unique_ptr<const TlsContext>> contexts_;
  std::map<std::string, size_t, std::less<>> by_name_;
};

class Connector final : public TlsConnector {
 public:
  Connector(std::unique_ptr<const TlsContext> context, std::string server_name)
      : context_(std::move(context)), server_name_(std::move(server_name)) {}

  std::unique_ptr<WireCodec> Connect() const override {
    SslPtr ssl(SSL_new(context_->get()));
    CHECK(ssl != nullptr, "out of memory");
    SSL_set_connect_state(ssl.get());
    if (!server_name_.empty()) SSL_set_tlsext_host_name(ssl.get(), server_name_.c_str());
    return std::make_unique<TlsCodec>(std::move(ssl), shared_from_this());
  }

 private:
  const std::unique_ptr<const TlsContext> context_;
  const std::string server_name_;
};

}  // namespace

StatusOr<std::shared_ptr<const TlsAcceptor>> TlsAcceptor::Create(const std::vector<Chain>& chains) {
  CHECK(!chains.empty());
  auto acceptor = std::make_shared<Acceptor>();
  for (const Chain& chain : chains) TRY(acceptor->Add(chain));
  acceptor->Finish();
  return acceptor;
}

StatusOr<std::shared_ptr<const TlsConnector>> TlsConnector::Create(const config::TlsContext& tls) {
  config::TlsContext with_protocol = tls;
  if (with_protocol.alpn_protocols.empty()) with_protocol.alpn_protocols = {"h2"};
  TRY(std::unique_ptr<const TlsContext> context, TlsContext::Create(with_protocol, TlsContext::Side::kClient));
  return std::make_shared<Connector>(std::move(context), tls.sni);
}

}  // namespace minato::gateway

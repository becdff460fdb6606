#pragma once

#include "gateway/transport/openssl.h"
#include "gateway/transport/wire_codec.h"

namespace minato::gateway {

class TlsCodec final : public WireCodec {
 public:
  // `ssl` knows already which side it is. `owner` is kept: callbacks of its context may refer to it.
  TlsCodec(SslPtr ssl, std::shared_ptr<const void> owner);

  void Receive(std::string_view wire) override { pipe_.received.append(wire); }
  std::string& wire() override { return pipe_.sent; }
  Status Handshake() override;
  bool established() const override { return established_; }
  StatusOr<size_t> Read(char* to, size_t room) override;
  void Write(std::string_view plain) override;
  void End() override;
  std::string_view protocol() const override;
  size_t filter_chain() const override { return filter_chain_; }

  // For callbacks.
  static TlsCodec& Of(SSL* ssl);
  void set_filter_chain(size_t chain) { filter_chain_ = chain; }

 private:
  // What OpenSSL takes for a socket.
  struct Pipe {
    std::string received;
    size_t taken = 0;  // of it
    std::string sent;

    static const BIO_METHOD* Method();
    static int Write(BIO* bio, const char* data, int size);
    static int Read(BIO* bio, char* to, int room);
    static long Control(BIO* bio, int what, long, void*);  // NOLINT: OpenSSL's type
  };

  Status Failure();

  const std::shared_ptr<const void> owner_;
  Pipe pipe_;
  SslPtr ssl_;
  size_t filter_chain_ = 0;
  bool established_ = false;
  bool failed_ = false;
  bool ended_ = false;
};

}  // namespace minato::gateway

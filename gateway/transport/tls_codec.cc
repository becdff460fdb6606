#include "gateway/transport/tls_codec.h"

#include <algorithm>
#include <cstring>

#include <openssl/err.h>

#include "runtime/check.h"

namespace minato::gateway {
namespace {

// A connection that idles keeps no more than this for bytes to come.
constexpr size_t kKeptBytes = 4096;

}  // namespace

int TlsCodec::Pipe::Write(BIO* bio, const char* data, int size) {
  static_cast<Pipe*>(BIO_get_data(bio))->sent.append(data, static_cast<size_t>(size));
  return size;
}

int TlsCodec::Pipe::Read(BIO* bio, char* to, int room) {
  Pipe& pipe = *static_cast<Pipe*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const size_t size = std::min(static_cast<size_t>(room), pipe.received.size() - pipe.taken);
  if (size == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  std::memcpy(to, pipe.received.data() + pipe.taken, size);
  pipe.taken += size;
  if (pipe.taken == pipe.received.size()) {
    pipe.taken = 0;
    pipe.received.clear();
    if (pipe.received.capacity() > kKeptBytes) pipe.received = std::string();
  }
  return static_cast<int>(size);
}

long TlsCodec::Pipe::Control(BIO*, int what, long, void*) {  // NOLINT: OpenSSL's type
  return what == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* TlsCodec::Pipe::Method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "connection");
    CHECK(made != nullptr);
    BIO_meth_set_write(made, &Pipe::Write);
    BIO_meth_set_read(made, &Pipe::Read);
    BIO_meth_set_ctrl(made, &Pipe::Control);
    return made;
  }();
  return method;
}

TlsCodec::TlsCodec(SslPtr ssl, std::shared_ptr<const void> owner) : owner_(std::move(owner)), ssl_(std::move(ssl)) {
  BIO* const bio = BIO_new(Pipe::Method());
  CHECK(bio != nullptr, "out of memory");
  BIO_set_data(bio, &pipe_);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);  // takes it
  SSL_set_app_data(ssl_.get(), this);
}

TlsCodec& TlsCodec::Of(SSL* ssl) { return *static_cast<TlsCodec*>(SSL_get_app_data(ssl)); }

Status TlsCodec::Handshake() {
  if (established_) return OkStatus();
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_.get());
  if (done == 1) {
    established_ = true;
    return OkStatus();
  }
  return SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ ? OkStatus() : Failure();
}

StatusOr<size_t> TlsCodec::Read(char* to, size_t room) {
  ERR_clear_error();
  size_t size = 0;
  const int done = SSL_read_ex(ssl_.get(), to, room, &size);
  if (done == 1) return size;
  switch (SSL_get_error(ssl_.get(), done)) {
    case SSL_ERROR_WANT_READ: return size_t{0};
    case SSL_ERROR_ZERO_RETURN: return absl::OutOfRangeError("the peer ended the TLS session");
    default: return Failure();
  }
}

void TlsCodec::Write(std::string_view plain) {
  CHECK(established_, "bytes to be sent before the handshake");
  if (failed_ || ended_ || plain.empty()) return;
  ERR_clear_error();
  size_t written = 0;
  // All of it, for our end of the pipe has no limit. It fails only when the session has, which reading tells.
  if (SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &written) != 1) failed_ = true;
}

void TlsCodec::End() {
  if (!established_ || failed_ || ended_) return;
  ended_ = true;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

std::string_view TlsCodec::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

Status TlsCodec::Failure() {
  failed_ = true;
  const long verified = SSL_get_verify_result(ssl_.get());  // NOLINT: OpenSSL's type
  std::string reason = TakeOpenSslError("the connection was closed");
  if (verified != X509_V_OK) {
    reason += ": ";
    reason += X509_verify_cert_error_string(verified);
  }
  return Unavailable("TLS: {}", reason);
}

}  // namespace minato::gateway

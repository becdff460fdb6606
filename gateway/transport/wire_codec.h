// What stands between the bytes of a socket and those of a connection: encryption.
#pragma once

#include <string>
#include <string_view>

#include "runtime/status.h"

namespace minato::gateway {

class WireCodec {
 public:
  virtual ~WireCodec() = default;

  // What came from the socket.
  virtual void Receive(std::string_view wire) = 0;
  // What is to be sent; whoever sends it takes it away.
  virtual std::string& wire() = 0;

  // Goes on with the handshake as far as what was received allows. An error says what the peer did, or has of us.
  virtual Status Handshake() = 0;
  virtual bool established() const = 0;

  // Once it is established.
  // Up to `room` plain bytes; 0: more must be received first. OUT_OF_RANGE: the peer has said that this was all.
  virtual StatusOr<size_t> Read(char* to, size_t room) = 0;
  virtual void Write(std::string_view plain) = 0;
  // Says that nothing more will be written.
  virtual void End() = 0;

  // "h2", "http/1.1"; empty if the two sides did not agree on one (ALPN, RFC 7301).
  virtual std::string_view protocol() const = 0;
  // Which of the acceptor's chains the name chose that the client asked for; 0 for connections that we open.
  virtual size_t filter_chain() const = 0;
};

}  // namespace minato::gateway

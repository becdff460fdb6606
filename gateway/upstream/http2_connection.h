// One HTTP/2 connection to an endpoint: connecting, reading until it ends, and writing what the session has to say,
// once per round of the event loop.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gateway/transport/connect.h"
#include "gateway/transport/tls.h"
#include "gateway/upstream/http_call.h"
#include "http/http2_client.h"
#include "runtime/io/asio_executor.h"
#include "runtime/scope.h"

namespace minato::gateway {

// Belongs to one worker.
class Http2Connection {
 public:
  class Owner {
   public:
    // CanSubmit may have become true, or will not again: the connection opened, its peer said how many streams it
    // takes or good-bye, or streams ended. Streams may be submitted from inside this call.
    virtual void StateChanged(Http2Connection& connection) = 0;

   protected:
    ~Owner() = default;
  };

  // How a connection ended. kNone: it was open. Otherwise it never was, `text` says why in Envoy's words.
  struct Outcome {
    UpstreamFailure failure = UpstreamFailure::kNone;
    std::string text;
  };

  // Encrypted if there is `tls`, which outlives it, as does `keepalive` (nullptr: the system does not ask).
  Http2Connection(AsioExecutor& home, const SocketAddress& address, absl::Duration connect_timeout,
                  const config::TcpKeepalive* keepalive, const TlsConnector* tls,
                  const http::Http2ClientOptions& options, Owner& owner);
  Http2Connection(const Http2Connection&) = delete;
  Http2Connection& operator=(const Http2Connection&) = delete;
  ~Http2Connection();  // after Run returned

  // Connects, and serves until the peer, Stop or the task's cancellation ends it; its streams have then been told.
  Task<Outcome> Run();

  bool connecting() const { return stage_ == Stage::kConnecting; }
  bool closed() const { return stage_ == Stage::kClosed; }
  // Open, with room for one more stream.
  bool CanSubmit() const { return stage_ == Stage::kOpen && !draining_ && session_.CanSubmit(); }
  // Takes no new streams any more.
  bool draining() const { return draining_ || !session_.accepts_streams(); }
  // What is done to the session is followed by SendSoon, unless the connection is closed.
  http::Http2Client& session() { return session_; }
  const http::Http2Client& session() const { return session_; }
  void SendSoon();

  // No new streams; ends after the last one.
  void Drain();
  // One more was submitted; drains with the last of `requests_max` (0: any number).
  void CountRequest(uint32_t requests_max) {
    if (requests_max != 0 && ++requests_ >= requests_max) Drain();
  }

 private:
  enum class Stage { kConnecting, kOpen, kClosed };

  struct SendWork : Work {
    explicit SendWork(Http2Connection& owner) : Work(&OnRun), owner(owner) {}
    static void OnRun(Work& work);
    Http2Connection& owner;
    bool posted = false;
  };

  Task<void> Serve();
  Task<Status> SendRest();
  void Send();
  bool Finished() const;
  void StopWhenFinished();

  AsioExecutor& home_;
  const SocketAddress address_;
  const absl::Duration connect_timeout_;  // and handshake
  const config::TcpKeepalive* const keepalive_;
  const TlsConnector* const tls_;
  Owner& owner_;
  http::Http2Client session_;
  Stage stage_ = Stage::kConnecting;
  bool draining_ = false;
  uint32_t requests_ = 0;  // counted only where there is a maximum
  bool feeding_ = false;
  bool sending_rest_ = false;
  std::optional<Connection> connection_;
  Scope* senders_ = nullptr;      // while open: at most one task
  CancelSource* stop_ = nullptr;  // while open
  SendWork send_{*this};
};

}  // namespace minato::gateway

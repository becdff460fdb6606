// One address, served by every worker of a pool: each has its own listening socket there (SO_REUSEPORT).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/front/client_stream.h"
#include "gateway/front/limits.h"
#include "gateway/front/listener.h"
#include "gateway/front/worker_pool.h"
#include "gateway/transport/tls.h"

namespace minato::gateway {

struct HttpServerOptions {
  std::string address;  // "127.0.0.1:8080"; port 0 picks a free one
  ListenOptions listen = {};
  // By filter chain of the TLS acceptor; the first ones hold until a handshake has chosen.
  std::vector<FrontLimits> limits = {FrontLimits()};
  // What encrypts a connection that a worker has accepted; asked on that worker. nullptr, or one that says nullptr: none.
  std::function<std::shared_ptr<const TlsAcceptor>(size_t worker)> tls_of = nullptr;
  // A connection that one of them does not allow is closed at once. They outlive the server.
  std::vector<ConnectionLimit*> connection_limits = {};
};

class HttpServer {
 public:
  // What serves the requests that come to a worker; outlives the server.
  using HandlerOf = std::function<RequestHandler&(size_t worker)>;

  // Listens when it returns. `workers` outlives the server.
  static StatusOr<std::unique_ptr<HttpServer>> Start(WorkerPool& workers, const HttpServerOptions& options,
                                                     const HandlerOf& handler_of);
  // One handler, called on every worker.
  static StatusOr<std::unique_ptr<HttpServer>> Start(WorkerPool& workers, const HttpServerOptions& options,
                                                     RequestHandler& handler);
  ~HttpServer();  // drains without grace if Drain was not called

  const std::string& address() const;  // with the port that was chosen
  size_t connections() const;  // open ones; any thread

  // No further connections; what is in flight has `grace` to end, then is cancelled. Blocks until all of it has
  // ended. Not from a worker.
  void Drain(absl::Duration grace);

 private:
  struct Share;
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace minato::gateway

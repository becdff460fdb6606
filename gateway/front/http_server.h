// Workers that serve HTTP on one address: a thread, an event loop and a listening socket each, sharing nothing.
#pragma once

#include <memory>
#include <string>

#include "gateway/front/client_stream.h"
#include "gateway/front/limits.h"
#include "runtime/status.h"

namespace minato::gateway {

struct HttpServerOptions {
  std::string address;  // "127.0.0.1:8080"; port 0 picks a free one
  int workers = 1;
  FrontLimits limits = {};
};

class HttpServer {
 public:
  // Listens when it returns. `handler` must outlive the server; it is called on every worker.
  static StatusOr<std::unique_ptr<HttpServer>> Start(const HttpServerOptions& options,
                                                     RequestHandler& handler);
  ~HttpServer();  // drains without grace if Drain was not called

  const std::string& address() const;  // with the port that was chosen
  bool is_loopback() const;
  size_t connections() const;  // open ones; any thread

  // No further connections; what is in flight has `grace` to end, then is cancelled. Blocks until all workers
  // have ended. Not from a worker.
  void Drain(absl::Duration grace);

 private:
  struct Worker;
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace minato::gateway

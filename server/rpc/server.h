// Serves a MethodRegistry over gRPC.
//
//   rpc::Server server(registry, options);
//   TRY(server.Start());
//   ...
//   TRY(server.Drain(absl::Seconds(10)));
//
// One generic engine for every method: a worker is a thread with a completion queue and the home of the
// calls that it accepted. Handlers start inline on the worker's thread.
#pragma once

#include <memory>
#include <vector>

#include "runtime/status.h"
#include "server/call/method_registry.h"
#include "server/rpc/server_options.h"

namespace minato::rpc {

class Server {
 public:
  // `registry` outlives the server.
  Server(const MethodRegistry& registry, ServerOptions options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();  // drains without waiting for calls

  // Listens and serves. UNAVAILABLE when the address cannot be had. Once.
  Status Start();

  int port() const;                // after Start
  size_t calls_in_flight() const;  // any thread

  // Takes no more calls, lets those in flight finish until `bound`, tells streams after the grace that they
  // must end (UNAVAILABLE), and at the bound whatever is left. Blocks; not on a worker's thread.
  // DEADLINE_EXCEEDED names the calls that did not end although told: the process has to end
  // with them, and the server may only be destroyed.
  Status Drain(absl::Duration bound);

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace minato::rpc

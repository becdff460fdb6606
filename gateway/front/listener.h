// Takes connections on an address and gives each to a session, on one worker.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/front/client_stream.h"
#include "gateway/front/connection_limit.h"
#include "gateway/front/limits.h"
#include "gateway/transport/tls.h"
#include "runtime/io/asio_executor.h"
#include "runtime/scope.h"

namespace minato::gateway {

// What "[::]:80" means.
enum class IpVersions { kBoth, kOwn };

struct ListenOptions {
  IpVersions ip_versions = IpVersions::kBoth;
  // Connections that the kernel holds until they are accepted, for each listener; absent: as many as it lets.
  std::optional<uint32_t> tcp_backlog_size = {};
};

// A bound and listening TCP address that several listeners, one a worker, share (SO_REUSEPORT).
class ListenAddress {
 public:
  // "127.0.0.1:8080", "[::1]:0" (a free port). INVALID_ARGUMENT when it is no such thing; ALREADY_EXISTS when
  // another socket listens there; else what the system says.
  static StatusOr<ListenAddress> Reserve(std::string_view address, const ListenOptions& options = {});

  std::string ToString() const;  // with the port that was chosen

 private:
  friend class Listener;
  struct Reserved;
  explicit ListenAddress(std::shared_ptr<const Reserved> reserved) : reserved_(std::move(reserved)) {}
  // Shared: the port stays reserved as long as any copy lives.
  std::shared_ptr<const Reserved> reserved_;
};

// Belongs to its executor.
class Listener {
 public:
  // Asked for each connection; nullptr: it is not encrypted.
  using TlsOf = std::function<std::shared_ptr<const TlsAcceptor>()>;

  // All must outlive the listener. `limits` and `connection_limits` as in HttpServerOptions.
  Listener(AsioExecutor& home, const ListenAddress& address, RequestHandler& handler,
           std::vector<FrontLimits> limits, TlsOf tls_of = nullptr,
           std::vector<ConnectionLimit*> connection_limits = {});
  ~Listener();

  // Takes the port, or says why not. Once, before Run.
  Status Listen();
  // Accepts until Drain. Returns when every connection has ended.
  Task<void> Run();

  // No further connections; sessions end after the answer that is due. On the home thread.
  void Drain();
  // Ends what Drain did not: every request is cancelled. On the home thread.
  void Abort(Status reason);

  size_t connections() const;  // any thread

 private:
  struct State;
  static Task<void> Serve(State& state, std::unique_ptr<class Connection> connection);
  const std::unique_ptr<State> state_;
};

}  // namespace minato::gateway

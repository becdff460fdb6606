#include "gateway/front/http_server.h"

#include <mutex>
#include <vector>

#include "gateway/front/listener.h"
#include "runtime/sleep.h"
#include "telemetry/log.h"

namespace minato::gateway {

// What one worker has of a server. Made and ended on that worker.
struct HttpServer::Share {
  Share(AsioExecutor& home, const ListenAddress& address, RequestHandler& handler,
        const HttpServerOptions& options, Listener::TlsOf tls_of)
      : listener(home, address, handler, options.limits, std::move(tls_of), options.connection_limits), root(home) {}

  static Task<Status> Start(Share& share) {
    CO_TRY(share.listener.Listen());
    share.root.Spawn(share.listener.Run());
    co_return OkStatus();
  }

  static Task<Status> AbortAfter(absl::Duration grace, Listener& listener) {
    const Status passed = co_await Sleep(grace);
    if (!passed.ok()) co_return OkStatus();
    if (const size_t connections = listener.connections(); connections > 0) {
      Log::Warning("{} connections had not ended {} after the drain began: their requests are cancelled",
                   connections, absl::FormatDuration(grace));
    }
    listener.Abort(Unavailable("the server is shutting down"));
    co_return OkStatus();
  }

  static Task<Status> Drain(Share& share, absl::Duration grace) {
    const TaskContext& context = co_await CurrentContext();
    share.listener.Drain();
    Scope bound(context);
    bound.Spawn(AbortAfter(grace, share.listener));
    const Status ended = co_await share.root.Join();
    bound.Cancel(Cancelled("every connection has ended"));
    const Status joined = co_await bound.Join();
    co_return OkStatus();
  }

  // The sockets are the worker's: they end there.
  static Task<Status> End(std::unique_ptr<Share> share) { co_return OkStatus(); }

  Listener listener;
  Scope root;
};

struct HttpServer::Impl {
  Impl(WorkerPool& workers, const ListenAddress& address)
      : workers(workers), address(address.ToString()) {}

  WorkerPool& workers;
  const std::string address;
  std::vector<std::unique_ptr<Share>> shares;  // by worker; empty after the drain
  mutable std::mutex ending;                   // held while the shares end, and by who looks at them meanwhile
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { Drain(absl::ZeroDuration()); }

const std::string& HttpServer::address() const { return impl_->address; }

size_t HttpServer::connections() const {
  const std::lock_guard lock(impl_->ending);
  size_t sum = 0;
  for (const auto& share : impl_->shares) sum += share->listener.connections();
  return sum;
}

StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(WorkerPool& workers, const HttpServerOptions& options,
                                                        const HandlerOf& handler_of) {
  TRY(const ListenAddress address, ListenAddress::Reserve(options.address, options.listen));
  std::unique_ptr<HttpServer> server(new HttpServer(std::make_unique<Impl>(workers, address)));
  auto& shares = server->impl_->shares;
  shares.resize(workers.size());
  const auto start = [&](size_t worker) {
    Listener::TlsOf tls_of;
    if (options.tls_of != nullptr) tls_of = [tls_of = options.tls_of, worker] { return tls_of(worker); };
    shares[worker] = std::make_unique<Share>(workers.home(worker), address, handler_of(worker), options,
                                             std::move(tls_of));
    return Share::Start(*shares[worker]);
  };
  TRY(workers.OnEach(start));
  return server;
}

StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(WorkerPool& workers, const HttpServerOptions& options,
                                                        RequestHandler& handler) {
  return Start(workers, options, [&handler](size_t) -> RequestHandler& { return handler; });
}

void HttpServer::Drain(absl::Duration grace) {
  if (impl_->shares.empty()) return;
  const auto drain = [&](size_t worker) { return Share::Drain(*impl_->shares[worker], grace); };
  const Status drained = impl_->workers.OnEach(drain);
  const std::lock_guard lock(impl_->ending);
  const auto end = [&](size_t worker) { return Share::End(std::move(impl_->shares[worker])); };
  const Status ended = impl_->workers.OnEach(end);
  impl_->shares.clear();
}

}  // namespace minato::gateway

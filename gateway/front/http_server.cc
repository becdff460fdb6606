#include "gateway/front/http_server.h"

#include <future>
#include <thread>
#include <vector>

#include "gateway/front/listener.h"
#include "telemetry/log.h"

namespace minato::gateway {

struct HttpServer::Worker {
  Worker(const ListenAddress& address, RequestHandler& handler, const FrontLimits& limits)
      : listener(home, address, handler, limits), root(home) {}

  void Start() {
    thread = std::thread([this] {
      home.Post(begin);
      home.Run();
    });
  }

  static Task<void> Serve(Worker& worker, std::promise<Status>& listening) {
    const Status listened = worker.listener.Listen();
    listening.set_value(listened);
    if (listened.ok()) co_await worker.listener.Run();
    worker.home.Stop();
    worker.ended.set_value();
  }

  // Work that runs once on the worker's thread.
  template <void (Worker::*kAction)()>
  struct Once : Work {
    explicit Once(Worker& worker) : Work(&Run), worker(worker) {}
    static void Run(Work& work) { (static_cast<Once&>(work).worker.*kAction)(); }
    Worker& worker;
  };
  void Begin() { root.Spawn(Serve(*this, listening)); }
  void Drain() { listener.Drain(); }
  void Abort() { listener.Abort(Unavailable("the server is shutting down")); }

  AsioExecutor home;
  Listener listener;
  Scope root;
  std::promise<Status> listening;
  std::promise<void> ended;
  std::future<void> has_ended = ended.get_future();
  Once<&Worker::Begin> begin{*this};
  Once<&Worker::Drain> drain{*this};
  Once<&Worker::Abort> abort{*this};
  std::thread thread;
};

struct HttpServer::Impl {
  std::string address;
  bool is_loopback = false;
  std::vector<std::unique_ptr<Worker>> workers;
  bool drained = false;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { Drain(absl::ZeroDuration()); }

const std::string& HttpServer::address() const { return impl_->address; }
bool HttpServer::is_loopback() const { return impl_->is_loopback; }

size_t HttpServer::connections() const {
  size_t sum = 0;
  for (const auto& worker : impl_->workers) sum += worker->listener.connections();
  return sum;
}

StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpServerOptions& options,
                                                        RequestHandler& handler) {
  TRY(ListenAddress address, ListenAddress::Reserve(options.address));
  auto impl = std::make_unique<Impl>();
  impl->address = address.ToString();
  impl->is_loopback = address.is_loopback();
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(impl)));
  for (int i = 0; i < options.workers; ++i) {
    Worker& worker =
        *server->impl_->workers.emplace_back(std::make_unique<Worker>(address, handler, options.limits));
    std::future<Status> listening = worker.listening.get_future();
    worker.Start();
    TRY(listening.get());
  }
  return server;
}

void HttpServer::Drain(absl::Duration grace) {
  if (std::exchange(impl_->drained, true)) return;
  for (const auto& worker : impl_->workers) worker->home.Post(worker->drain);
  const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(grace);
  for (const auto& worker : impl_->workers) {
    if (worker->has_ended.wait_until(deadline) == std::future_status::timeout) {
      const size_t connections = worker->listener.connections();
      if (connections > 0) {
        Log::Warning("{} connections had not ended {} after the drain began: their requests are cancelled",
                     connections, absl::FormatDuration(grace));
      }
      worker->home.Post(worker->abort);
    }
  }
  for (const auto& worker : impl_->workers) {
    worker->thread.join();
    worker->home.Run();  // an abort that was posted while the loop ended
  }
}

}  // namespace minato::gateway

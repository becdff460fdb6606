// What a call to a cluster costs the gateway's thread, in user and kernel: the server has a thread of its own, which
// is not counted. CPU times of google/benchmark are those of the thread that measures.
#include <thread>

#include <benchmark/benchmark.h>

#include "gateway/upstream/cluster.h"
#include "gateway/upstream/loopback_peer.h"
#include "runtime/scope.h"

namespace minato::gateway {
namespace {

class ServerThread {
 public:
  explicit ServerThread(size_t answer_bytes) : peer_(loop_, {.window_bytes = 1 << 20}) {
    peer_.on_request = [](LoopbackPeer::Link&, int32_t) {};
    peer_.on_ended = [answer_bytes](LoopbackPeer::Link& link, int32_t id) {
      link.http2.Answer(id, std::string(answer_bytes, 'a'), {{"grpc-status", "0"}});
      link.http2.requests.erase(id);
    };
    thread_ = std::thread([this] { loop_.Run(); });
  }
  ~ServerThread() {
    loop_.Stop();
    thread_.join();
  }
  uint16_t port() const { return peer_.port(); }

 private:
  AsioExecutor loop_;
  LoopbackPeer peer_;
  std::thread thread_;
};

Task<void> CallAgainAndAgain(Cluster& cluster, std::string_view body, int64_t& left) {
  while (left-- > 0) {
    const HttpRequestView request{.method = "POST",
                                  .scheme = "http",
                                  .authority = "shelf.test",
                                  .path = "/shelf.v1.Shelf/GetBook",
                                  .headers = {{"content-type", "application/grpc"},
                                              {"te", "trailers"},
                                              {"user-agent", "benchmark/1.0"},
                                              {"x-forwarded-proto", "http"},
                                              {"x-request-id", "7a1b6f2e-8d7c-4c1e-9f39-7f0a3c1d2e4b"}}};
    const auto call = cluster.Start(request, false);
    const Status written = co_await call->Write(body);
    call->End();
    const StatusOr<HttpResponseHead> head = co_await call->ReadHead();
    CHECK(head.ok(), "{}", MessageOf(head.status()));
    while (true) {
      const StatusOr<std::optional<std::string_view>> piece = co_await call->Read();
      if (!piece.ok() || !piece->has_value()) break;
    }
  }
}

Task<void> CallMany(Cluster& cluster, AsioExecutor& loop, std::string_view body, int64_t calls, int64_t at_once) {
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  for (int64_t i = 0; i < at_once; ++i) scope.Spawn(CallAgainAndAgain(cluster, body, calls));
  const Status joined = co_await scope.Join();
  co_await cluster.Close();
  loop.Stop();
}

// Arguments: calls at once, bytes of the request, bytes of the answer. An iteration is a connection and many calls.
void UnaryCalls(benchmark::State& state) {
  const int64_t calls = state.range(1) > 1000 ? 2000 : 20'000;
  ServerThread server(static_cast<size_t>(state.range(2)));
  config::Cluster config;
  config.endpoints = {{"127.0.0.1", server.port(), 1}};
  ClusterStats stats;
  const std::string body(static_cast<size_t>(state.range(1)), 'b');
  for (auto _ : state) {
    AsioExecutor loop;
    Cluster cluster(loop, config, stats);
    cluster.Begin();
    Scope scope(static_cast<Executor&>(loop));
    scope.Spawn(CallMany(cluster, loop, body, calls, state.range(0)));
    loop.Run();
  }
  state.counters["cpu_per_call"] =
      benchmark::Counter(static_cast<double>(state.iterations() * calls),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(UnaryCalls)->Args({1, 100, 100})->Args({32, 100, 100})->Args({32, 64 << 10, 64 << 10});

}  // namespace
}  // namespace minato::gateway

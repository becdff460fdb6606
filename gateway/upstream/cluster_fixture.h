// A cluster in front of peers on one loop, for tests.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "gateway/upstream/cluster.h"
#include "gateway/upstream/loopback_peer.h"
#include "runtime/scope.h"
#include "runtime/sleep.h"

namespace minato::gateway {

using Link = LoopbackPeer::Link;

inline HttpRequestView Get(std::string_view path) {
  return {.method = "GET", .authority = "shelf.test", .path = path, .headers = {{"x-a", "1"}}};
}

// The whole answer as a text: "200 body", or why there is none.
inline Task<std::string> ReadAll(HttpCall& call) {
  StatusOr<HttpResponseHead> head = co_await call.ReadHead();
  if (!head.ok()) co_return std::string(MessageOf(head.status()));
  std::string text = std::to_string(head->status) + " ";
  if (head->ends) co_return text;
  while (true) {
    StatusOr<std::optional<std::string_view>> piece = co_await call.Read();
    if (!piece.ok()) co_return text + "| " + std::string(MessageOf(piece.status()));
    if (!piece->has_value()) break;
    text += **piece;
  }
  co_return text;
}

// Waits in the loop until `done`; a test that waits in vain fails.
template <typename Done>
Task<void> Until(Done done) {
  for (int i = 0; i < 5000 && !done(); ++i) {
    const Status slept = co_await Sleep(absl::Milliseconds(1));
  }
  EXPECT_TRUE(done());
}

// The loop, a peer or more, and a cluster of them.
struct ClusterFixture {
  explicit ClusterFixture(LoopbackPeer::Options options = {}) : peer(loop, options) {
    config.name = "test";
    config.connect_timeout = absl::Seconds(1);
    config.endpoints = {{"127.0.0.1", peer.port(), 1}};
  }

  // Runs `test` with the cluster as configured by then.
  void Run(Task<void> (*test)(ClusterFixture&)) {
    cluster = std::make_unique<Cluster>(loop, config, stats);
    cluster->Begin();
    Scope scope(static_cast<Executor&>(loop));
    scope.Spawn(RunAndStop(*this, test));
    loop.Run();
    EXPECT_EQ(ClusterStats::Get(stats.upstream_cx_active), 0);
    EXPECT_EQ(ClusterStats::Get(stats.upstream_rq_active), 0);
    EXPECT_EQ(ClusterStats::Get(stats.upstream_rq_pending_active), 0);
  }
  static Task<void> RunAndStop(ClusterFixture& f, Task<void> (*test)(ClusterFixture&)) {
    co_await test(f);
    co_await f.cluster->Close();
    f.loop.Stop();
  }

  AsioExecutor loop;
  LoopbackPeer peer;
  config::Cluster config;
  ClusterStats stats;
  std::unique_ptr<Cluster> cluster;
};

}  // namespace minato::gateway

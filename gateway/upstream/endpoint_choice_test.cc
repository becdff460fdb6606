// Which endpoints of a cluster are used, how they are checked, and for how many requests a connection is good.
#include <algorithm>
#include <vector>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "gateway/transport/connect.h"
#include "gateway/upstream/cluster_fixture.h"
#include "runtime/check.h"

namespace minato::gateway {
namespace {

using Fixture = ClusterFixture;

Task<int> CountAnswers(Fixture& f, std::string_view wanted, int requests) {
  int count = 0;
  for (int i = 0; i < requests; ++i) {
    auto call = f.cluster->Start(Get("/"), true);
    const std::string answer = co_await ReadAll(*call);
    count += answer == wanted ? 1 : 0;
  }
  co_return count;
}

// One endpoint answers "ok"; the others, "other", are not healthy.
struct IllFixture : Fixture {
  explicit IllFixture(int ill) : other(loop) {
    other.on_request = [](Link& link, int32_t id) { link.http2.Answer(id, "other"); };
    for (int i = 0; i < ill; ++i) others.push_back(std::make_unique<LoopbackPeer>(loop));
    for (const auto& peer : others) {
      peer->on_request = other.on_request;
      config.endpoints.push_back({.address = "127.0.0.1", .port = peer->port(), .healthy = false});
    }
  }
  LoopbackPeer other;
  std::vector<std::unique_ptr<LoopbackPeer>> others;
};

TEST(EndpointChoice, LeavesIllEndpointsOutAboveThePanicThreshold) {
  IllFixture f(3);
  f.config.healthy_panic_threshold = 25;
  f.Run(+[](Fixture& f) -> Task<void> {
    const int well = co_await CountAnswers(f, "200 ok", 12);
    EXPECT_EQ(well, 12) << "a quarter is healthy, and 25 % are enough";
  });
}

TEST(EndpointChoice, UsesAllBelowThePanicThreshold) {
  IllFixture f(3);
  f.config.healthy_panic_threshold = 26;
  f.Run(+[](Fixture& f) -> Task<void> {
    const int well = co_await CountAnswers(f, "200 ok", 12);
    EXPECT_EQ(well, 3);
  });
}

TEST(EndpointChoice, NeverPanicsWhereTheHealthyOnesAreEnoughForAll) {
  IllFixture f(1);
  for (int i = 0; i < 2; ++i) f.config.endpoints.push_back({.address = "127.0.0.1", .port = f.other.port()});
  f.config.endpoints.back().address = "127.0.0.2";  // an address of its own; nobody listens there
  f.config.healthy_panic_threshold = 100;
  f.Run(+[](Fixture& f) -> Task<void> {
    auto& ill = static_cast<IllFixture&>(f);
    co_await CountAnswers(f, "", 12);
    EXPECT_TRUE(ill.others[0]->links.empty()) << "3 of 4 are healthy, which Envoy takes for 105 %";
  });
}

TEST(EndpointChoice, HasNobodyWithoutHealthyOnesAndWithoutPanic) {
  IllFixture f(1);
  f.config.endpoints[0].healthy = false;
  f.config.healthy_panic_threshold = 0;
  f.Run(+[](Fixture& f) -> Task<void> {
    const int none = co_await CountAnswers(f, "no healthy upstream", 2);
    EXPECT_EQ(none, 2);
  });
}

TEST(EndpointChoice, DrawsAtRandomWhateverTheWeights) {
  Fixture f;
  LoopbackPeer other(f.loop);
  other.on_request = [](Link& link, int32_t id) { link.http2.Answer(id, "other"); };
  f.config.endpoints.push_back({.address = "127.0.0.1", .port = other.port(), .weight = 100});
  f.config.lb_policy = config::Cluster::LoadBalancing::kRandom;
  f.Run(+[](Fixture& f) -> Task<void> {
    const int others = co_await CountAnswers(f, "200 other", 400);
    EXPECT_GT(others, 120);  // 200 is likely, 120 or 280 is eight standard deviations away
    EXPECT_LT(others, 280);
  });
}

TEST(EndpointChoice, ConnectsAnewAfterSoManyRequests) {
  Fixture f;
  f.config.max_requests_per_connection = 2;
  f.Run(+[](Fixture& f) -> Task<void> {
    const int answered = co_await CountAnswers(f, "200 ok", 5);
    EXPECT_EQ(answered, 5);
    EXPECT_EQ(f.peer.links.size(), 3);
  });
}

config::HealthCheck Check() {
  return {.timeout = absl::Seconds(1), .interval = absl::Hours(1), .unhealthy_threshold = 1, .path = "/healthz"};
}

TEST(EndpointChoice, AsksForHealthWhereAndByWhichNameTheEndpointSays) {
  Fixture f;
  LoopbackPeer checked(f.loop);
  static std::string host;
  checked.on_request = [](Link& link, int32_t id) {
    host = link.http2.requests[id].head.Find(":authority").value_or("");
    link.http2.Head(id, 503, {}, true);
  };
  f.config.health_checks = {Check()};
  f.config.endpoints[0].health_check_port = checked.port();
  f.config.endpoints[0].health_check_hostname = "ward";
  f.config.endpoints.push_back({.address = "127.0.0.2", .port = 1, .health_checked = false});
  f.Run(+[](Fixture& f) -> Task<void> {
    const Status ready = co_await f.cluster->Ready();
    EXPECT_EQ(host, "ward");
    EXPECT_EQ(ClusterStats::Get(f.stats.membership_healthy), 1) << "the one that is not asked";
    EXPECT_TRUE(f.peer.links.empty());
  });
}

constexpr int kReset = 0;

// How often an endpoint is asked that answers the checks with these in turn, and with the last one from then on.
int Questions(config::HealthCheck check, std::vector<int> answers, bool used) {
  Fixture f;
  size_t asked = 0;
  f.peer.on_request = [&](Link& link, int32_t id) {
    const int answer = answers[std::min(asked++, answers.size() - 1)];
    answer == kReset ? link.http2.Reset(id, 2) : link.http2.Head(id, answer, {}, true);
  };
  f.config.health_checks = {check};
  if (used) f.stats.upstream_rq_total = 1;
  f.Run(+[](Fixture& f) -> Task<void> {
    const Status slept = co_await Sleep(absl::Milliseconds(100));
  });
  return static_cast<int>(asked);
}

TEST(EndpointChoice, AsksAtTheIntervalThatFitsTheLastAnswer) {
  config::HealthCheck check = Check();
  check.no_traffic_interval = absl::Hours(1);
  check.unhealthy_interval = absl::Milliseconds(5);
  EXPECT_EQ(Questions(check, {200}, true), 1);
  EXPECT_GT(Questions(check, {503}, true), 2);
  EXPECT_EQ(Questions(check, {503}, false), 1) << "without traffic only those intervals count";
  check.no_traffic_healthy_interval = absl::Milliseconds(5);
  EXPECT_EQ(Questions(check, {503}, false), 1);
  EXPECT_GT(Questions(check, {200}, false), 2);
}

TEST(EndpointChoice, AsksAtTheEdgeIntervalUntilTheThresholdIsReached) {
  config::HealthCheck recovers = Check();
  recovers.unhealthy_interval = absl::Milliseconds(1);
  recovers.healthy_threshold = 3;
  recovers.healthy_edge_interval = absl::Milliseconds(1);
  EXPECT_EQ(Questions(recovers, {503, 200}, true), 4);

  config::HealthCheck fails = Check();
  fails.interval = absl::Milliseconds(1);
  fails.unhealthy_interval = absl::Hours(1);
  fails.unhealthy_threshold = 3;
  fails.unhealthy_edge_interval = absl::Milliseconds(1);
  EXPECT_EQ(Questions(fails, {200, kReset}, true), 4);
}

TEST(EndpointChoice, WaitsBeforeItAsksFirst) {
  config::HealthCheck check = Check();
  check.initial_jitter = absl::Hours(1000);
  EXPECT_EQ(Questions(check, {200}, true), 0);
}

TEST(EndpointChoice, AddsJitterToTheInterval) {
  config::HealthCheck check = Check();
  check.interval = absl::Milliseconds(1);
  check.interval_jitter_percent = 4'000'000'000;
  EXPECT_LE(Questions(check, {200}, true), 2);
  check.interval_jitter_percent = 0;
  check.interval_jitter = absl::Hours(1000);
  EXPECT_LE(Questions(check, {200}, true), 2);
}

TEST(EndpointChoice, TurnsTheKernelsKeepaliveOn) {
  Fixture f;
  static AsioExecutor* loop;
  loop = &f.loop;
  f.Run(+[](Fixture& f) -> Task<void> {
    const config::TcpKeepalive keepalive{.keepalive_time = 7};
    const SocketAddress address(boost::asio::ip::make_address("127.0.0.1"), f.peer.port());
    StatusOr<Socket> socket = co_await Connect(loop->context(), address, absl::Seconds(1), &keepalive);
    CHECK(socket.ok());
    int on = 0;
    socklen_t size = sizeof(on);
    ::getsockopt(socket->native_handle(), SOL_SOCKET, SO_KEEPALIVE, &on, &size);
    EXPECT_EQ(on, 1);
    int seconds = 0;
    ::getsockopt(socket->native_handle(), IPPROTO_TCP, TCP_KEEPIDLE, &seconds, &size);
    EXPECT_EQ(seconds, 7);
  });
}

}  // namespace
}  // namespace minato::gateway

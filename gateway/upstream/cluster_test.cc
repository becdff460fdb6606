#include "gateway/upstream/cluster.h"

#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "gateway/upstream/cluster_fixture.h"
#include "runtime/deadline.h"
#include "runtime/scope.h"
#include "runtime/sleep.h"

namespace minato::gateway {
namespace {

using Fixture = ClusterFixture;

TEST(Cluster, AsksAndIsAnswered) {
  Fixture f;
  f.peer.on_request = [](Link& link, int32_t id) {
    link.http2.Interim(id, 103);
    link.http2.Answer(id, "world", {{"grpc-status", "0"}});
  };
  f.Run(+[](Fixture& f) -> Task<void> {
    HttpRequestView request = Get("/a");
    request.method = "POST";
    auto call = f.cluster->Start(request, false);
    const Status written = co_await call->Write("hello");
    EXPECT_TRUE(written.ok());
    call->End({{"x-sum", "5"}});
    StatusOr<HttpResponseHead> interim = co_await call->ReadHead();
    EXPECT_TRUE(interim.ok() && interim->status == 103);
    const std::string answer = co_await ReadAll(*call);
    EXPECT_EQ(answer, "200 world");
    EXPECT_EQ(call->trailers(), (http::Headers{{"grpc-status", "0"}}));
    EXPECT_EQ(call->failure(), UpstreamFailure::kNone);
    EXPECT_EQ(call->upstream_address(), "127.0.0.1:" + std::to_string(f.peer.port()));
    const auto& got = f.peer.links[0]->http2.requests.at(1);
    EXPECT_EQ(got.head, (http::Headers{{":method", "POST"}, {":scheme", "http"}, {":authority", "shelf.test"},
                                       {":path", "/a"}, {"x-a", "1"}}));
    EXPECT_EQ(got.body, "hello");
    EXPECT_EQ(got.trailers, (http::Headers{{"x-sum", "5"}}));
  });
}

TEST(Cluster, SendsManyCallsOverOneConnection) {
  Fixture f;
  f.Run(+[](Fixture& f) -> Task<void> {
    for (int i = 0; i < 20; ++i) {
      auto one = f.cluster->Start(Get("/1"), true);
      auto two = f.cluster->Start(Get("/2"), true);
      const std::string second = co_await ReadAll(*two);
      const std::string first = co_await ReadAll(*one);
      EXPECT_EQ(first + second, "200 ok200 ok");
    }
    EXPECT_EQ(f.peer.links.size(), 1);
    EXPECT_EQ(ClusterStats::Get(f.stats.upstream_rq_total), 40);
  });
}

TEST(Cluster, SaysThatAPortRefuses) {
  Fixture f;
  f.peer.StopListening();
  f.Run(+[](Fixture& f) -> Task<void> {
    for (int i = 0; i < 3; ++i) {
      auto call = f.cluster->Start(Get("/"), true);
      const std::string answer = co_await ReadAll(*call);
      EXPECT_EQ(answer, "remote connection failure");
      EXPECT_EQ(call->failure(), UpstreamFailure::kConnectFailure);
    }
    EXPECT_EQ(ClusterStats::Get(f.stats.upstream_cx_connect_fail), 3);
  });
}

TEST(Cluster, GivesUpConnectingAfterItsTimeout) {
  // A listener whose queue is full answers no SYN.
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::vector<int> queued;
  for (int i = 0; i < 8; ++i) {
    queued.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    ::connect(queued.back(), reinterpret_cast<sockaddr*>(&address), size);
  }
  Fixture f;
  f.config.connect_timeout = absl::Milliseconds(50);
  f.config.endpoints[0].port = ntohs(address.sin_port);
  f.Run(+[](Fixture& f) -> Task<void> {
    auto call = f.cluster->Start(Get("/"), true);
    const std::string answer = co_await ReadAll(*call);
    EXPECT_EQ(answer, "connection timeout");
    EXPECT_EQ(call->failure(), UpstreamFailure::kConnectTimeout);
    EXPECT_EQ(ClusterStats::Get(f.stats.upstream_cx_connect_timeout), 1);
  });
  for (int fd : queued) ::close(fd);
  ::close(listener);
}

TEST(Cluster, SaysThatThereIsNoEndpoint) {
  Fixture f;
  f.config.endpoints.clear();
  f.Run(+[](Fixture& f) -> Task<void> {
    auto call = f.cluster->Start(Get("/"), false);
    const std::string answer = co_await ReadAll(*call);
    EXPECT_EQ(answer, "no healthy upstream");
    EXPECT_EQ(call->failure(), UpstreamFailure::kNoHealthyHost);
    EXPECT_TRUE(call->HasRoom());
    const Status written = co_await call->Write("x");
    EXPECT_EQ(written.code(), StatusCode::kUnavailable);
  });
}

TEST(Cluster, TellsResetsApart) {
  Fixture f;
  f.peer.on_request = [](Link& link, int32_t id) {
    const auto path = link.http2.requests[id].head.Find(":path");
    if (path == "/refused") link.http2.Reset(id, 7);
    if (path == "/reset") link.http2.Reset(id, 2);
    if (path == "/protocol") link.http2.Reset(id, 1);
    if (path == "/body") {
      link.http2.Head(id, 200, {});
      link.http2.Body(id, "half");
      link.Send();
      link.http2.Reset(id, 8);
    }
    if (path == "/drop") link.Close();
  };
  f.Run(+[](Fixture& f) -> Task<void> {
    struct Case {
      std::string path;
      std::string answer;
      UpstreamFailure failure;
    };
    const std::vector<Case> cases = {
        {"/refused", "remote refused stream reset", UpstreamFailure::kRemoteRefusedStream},
        {"/reset", "remote reset", UpstreamFailure::kRemoteReset},
        {"/protocol", "protocol error", UpstreamFailure::kProtocolError},
        {"/body", "200 half| remote reset", UpstreamFailure::kRemoteReset},
        {"/drop", "connection termination", UpstreamFailure::kConnectionTermination},
    };
    for (const Case& c : cases) {
      auto call = f.cluster->Start(Get(c.path), true);
      const std::string answer = co_await ReadAll(*call);
      EXPECT_EQ(answer, c.answer);
      EXPECT_EQ(call->failure(), c.failure) << c.path;
    }
  });
}

TEST(Cluster, TakesValuesWithSpacesAtTheirEnds) {
  Fixture f;
  f.peer.on_request = [](Link& link, int32_t id) {
    link.http2.Head(id, 200, {{"x-first", " a "}});
    link.http2.Body(id, "kept");
    link.http2.End(id, {{"grpc-message", "no such "}});
  };
  f.Run(+[](Fixture& f) -> Task<void> {
    auto call = f.cluster->Start(Get("/"), true);
    EXPECT_EQ(co_await ReadAll(*call), "200 kept");
    EXPECT_EQ(call->trailers().Find("grpc-message"), "no such ");
  });
}

TEST(Cluster, ConnectsAgainAfterALostConnection) {
  Fixture f;
  f.Run(+[](Fixture& f) -> Task<void> {
    for (size_t i = 1; i <= 3; ++i) {
      auto call = f.cluster->Start(Get("/"), true);
      const std::string answer = co_await ReadAll(*call);
      EXPECT_EQ(answer, "200 ok");
      EXPECT_EQ(f.peer.links.size(), i);
      f.peer.links.back()->Close();
      co_await Until([&] { return ClusterStats::Get(f.stats.upstream_cx_active) == 0; });
    }
  });
}

TEST(Cluster, RefusesAPeerThatSpeaksNoHttp2) {
  Fixture f({.settings = false});
  f.peer.on_link = [](Link& link) { link.SendBytes("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n"); };
  f.peer.on_request = [](Link&, int32_t) {};
  f.Run(+[](Fixture& f) -> Task<void> {
    auto call = f.cluster->Start(Get("/"), true);
    const std::string answer = co_await ReadAll(*call);
    EXPECT_EQ(answer, "protocol error");
    EXPECT_EQ(call->failure(), UpstreamFailure::kProtocolError);
  });
}

TEST(Cluster, FinishesWhatIsInFlightAfterAGoodbye) {
  Fixture f;
  f.peer.on_request = [](Link&, int32_t) {};
  f.Run(+[](Fixture& f) -> Task<void> {
    auto old = f.cluster->Start(Get("/old"), true);
    co_await Until([&] { return f.peer.links.size() == 1 && f.peer.links[0]->http2.requests.size() == 1; });
    Link& first = *f.peer.links[0];
    first.http2.GoAway(1);
    first.Send();
    f.peer.on_request = [](Link& link, int32_t id) { link.http2.Answer(id, "new"); };
    std::string answer;
    for (int i = 0; i < 100 && f.peer.links.size() == 1; ++i) {
      // The good-bye may still be on its way.
      auto call = f.cluster->Start(Get("/new"), true);
      answer = co_await ReadAll(*call);
    }
    EXPECT_EQ(answer, "200 new");
    EXPECT_EQ(f.peer.links.size(), 2);
    first.http2.Answer(1, "old");
    first.Send();
    const std::string late = co_await ReadAll(*old);
    EXPECT_EQ(late, "200 old");
    co_await Until([&] { return first.gone && ClusterStats::Get(f.stats.upstream_cx_close_notify) == 1; });
  });
}

Task<void> AskSlowly(Fixture& f, int& answered) {
  auto call = f.cluster->Start(Get("/slow"), true);
  const std::string answer = co_await ReadAll(*call);
  if (answer == "200 ok") ++answered;
}

Task<void> AnswerLater(std::shared_ptr<Link> link, int32_t id) {
  const Status slept = co_await Sleep(absl::Milliseconds(1));
  --link->running;
  link->http2.Answer(id, "ok");
  link->Send();
}

TEST(Cluster, KeepsToThePeersLimitOfStreams) {
  Fixture f({.max_concurrent_streams = 10});
  f.config.thresholds.max_connections = 5;
  f.config.thresholds.max_pending_requests = 2000;
  Scope answers(static_cast<Executor&>(f.loop));
  f.peer.on_request = [&](Link& link, int32_t id) {
    ++link.running;
    link.running_most = std::max(link.running_most, link.running);
    answers.Spawn(AnswerLater(link.shared_from_this(), id));
  };
  f.Run(+[](Fixture& f) -> Task<void> {
    const TaskContext& context = co_await CurrentContext();
    Scope calls(context);
    int answered = 0;
    for (int i = 0; i < 1000; ++i) calls.Spawn(AskSlowly(f, answered));
    const Status joined = co_await calls.Join();
    EXPECT_EQ(answered, 1000);
    EXPECT_LE(f.peer.links.size(), 5);
    EXPECT_GE(f.peer.links.size(), 2);
    for (const auto& link : f.peer.links) EXPECT_LE(link->running_most, 10);
  });
}

TEST(Cluster, BreaksTheCircuit) {
  Fixture f;
  f.config.thresholds.max_requests = 2;
  f.config.thresholds.max_pending_requests = 1;
  f.peer.on_request = [](Link&, int32_t) {};
  f.Run(+[](Fixture& f) -> Task<void> {
    auto first = f.cluster->Start(Get("/1"), true);   // waits for the connection
    auto second = f.cluster->Start(Get("/2"), true);  // one too many there
    EXPECT_EQ(second->failure(), UpstreamFailure::kOverflow);
    const std::string answer = co_await ReadAll(*second);
    EXPECT_EQ(answer, "overflow");
    co_await Until([&] { return f.peer.links.size() == 1 && f.peer.links[0]->http2.requests.size() == 1; });
    auto third = f.cluster->Start(Get("/3"), true);
    EXPECT_EQ(third->failure(), UpstreamFailure::kNone);
    co_await Until([&] { return f.peer.links[0]->http2.requests.size() == 2; });
    auto fourth = f.cluster->Start(Get("/4"), true);  // two run
    EXPECT_EQ(fourth->failure(), UpstreamFailure::kOverflow);
    third.reset();
    auto fifth = f.cluster->Start(Get("/5"), true);
    EXPECT_EQ(fifth->failure(), UpstreamFailure::kNone);
    EXPECT_EQ(ClusterStats::Get(f.stats.upstream_rq_pending_overflow), 2);
  });
}

TEST(Cluster, HoldsTheRequestBackWhileThePeerDoesNotRead) {
  Fixture f;
  f.config.per_connection_buffer_limit_bytes = 100'000;
  f.peer.on_request = [](Link& link, int32_t) { link.StopReading(); };
  f.Run(+[](Fixture& f) -> Task<void> {
    auto call = f.cluster->Start(Get("/"), false);
    const std::string piece(10'000, 'p');
    size_t written = 0;
    Status status;
    while (status.ok()) {
      status = co_await WithTimeout(absl::Milliseconds(200), call->Write(piece));
      if (status.ok()) written += piece.size();
    }
    EXPECT_EQ(status.code(), StatusCode::kDeadlineExceeded);
    EXPECT_FALSE(call->HasRoom());
    EXPECT_LE(written, 65535 + 100'000 + piece.size());  // the window, the buffer
  });
}

TEST(Cluster, HoldsTheAnswerBackWhileNobodyReads) {
  Fixture f;
  static constexpr size_t kBytes = 8 << 20;
  f.peer.on_request = [](Link& link, int32_t id) { link.http2.Answer(id, std::string(kBytes, 'a')); };
  f.Run(+[](Fixture& f) -> Task<void> {
    auto call = f.cluster->Start(Get("/"), true);
    StatusOr<HttpResponseHead> head = co_await call->ReadHead();
    EXPECT_TRUE(head.ok());
    const Status slept = co_await Sleep(absl::Milliseconds(100));
    StatusOr<std::optional<std::string_view>> piece = co_await call->Read();
    const size_t first = piece.ok() && piece->has_value() ? (*piece)->size() : 0;
    EXPECT_LE(first, 256 << 10);
    size_t total = first;
    while (true) {
      StatusOr<std::optional<std::string_view>> more = co_await call->Read();
      if (!more.ok() || !more->has_value()) break;
      total += (*more)->size();
    }
    EXPECT_EQ(total, kBytes);
  });
}

TEST(Cluster, CallsThatAreGivenUpGiveTheConnectionsWindowBack) {
  Fixture f;
  f.config.http2.initial_connection_window_size = 1 << 20;
  // Every other answer is complete when its call is given up.
  f.peer.on_request = [](Link& link, int32_t id) {
    link.http2.Head(id, 200, {});
    link.http2.Body(id, std::string(200'000, 'w'));
    if (id % 4 == 1) link.http2.End(id);
  };
  f.Run(+[](Fixture& f) -> Task<void> {
    for (int i = 0; i < 30; ++i) {
      auto call = f.cluster->Start(Get("/"), true);
      StatusOr<HttpResponseHead> head = co_await WithTimeout(absl::Seconds(5), call->ReadHead());
      EXPECT_TRUE(head.ok()) << i;
      const Status slept = co_await Sleep(absl::Milliseconds(2));  // its body comes
    }
    auto call = f.cluster->Start(Get("/"), true);
    size_t bytes = 0;
    while (bytes < 200'000) {
      StatusOr<std::optional<std::string_view>> piece = co_await WithTimeout(absl::Seconds(5), call->Read());
      if (!piece.ok() || !piece->has_value()) break;
      bytes += (*piece)->size();
    }
    EXPECT_EQ(bytes, 200'000);
    EXPECT_EQ(f.peer.links.size(), 1);
  });
}

TEST(Cluster, CancellingWhoReadsResetsTheStream) {
  Fixture f;
  f.peer.on_request = [](Link&, int32_t) {};
  f.Run(+[](Fixture& f) -> Task<void> {
    auto call = f.cluster->Start(Get("/"), true);
    const StatusOr<HttpResponseHead> head = co_await WithTimeout(absl::Milliseconds(20), call->ReadHead());
    EXPECT_EQ(head.status().code(), StatusCode::kDeadlineExceeded);
    EXPECT_EQ(call->failure(), UpstreamFailure::kLocalReset);
    co_await Until([&] { return f.peer.links[0]->http2.requests[1].reset == 8; });
  });
}

TEST(Cluster, CallsMayGoAtAnyMoment) {
  Fixture f;
  f.peer.on_request = [](Link& link, int32_t id) {
    link.http2.Head(id, 200, {});
    link.http2.Body(id, std::string(100'000, 'b'));
    if (id % 4 == 1) link.http2.End(id);
  };
  f.Run(+[](Fixture& f) -> Task<void> {
    for (int rounds = 0; rounds < 25; ++rounds) {
      for (int variant = 0; variant < 4; ++variant) {
        auto call = f.cluster->Start(Get("/"), variant % 2 == 0);
        if (variant == 1) {
          const Status written = co_await call->Write(std::string(1000, 'w'));
        }
        if (variant == 3) call->End({});
        for (int i = 0; i < rounds; ++i) {
          const Status slept = co_await Sleep(absl::Microseconds(10 * i));
        }
        if (rounds % 3 == 0 && !f.peer.links.empty() && variant == 2) f.peer.links.back()->Close();
      }
    }
    f.peer.on_request = [](Link& link, int32_t id) { link.http2.Answer(id, "still here"); };
    std::string answer;
    for (int i = 0; i < 3 && answer != "200 still here"; ++i) {
      auto call = f.cluster->Start(Get("/"), true);
      answer = co_await ReadAll(*call);
    }
    EXPECT_EQ(answer, "200 still here");
  });
}

TEST(Cluster, TakesTurns) {
  Fixture f;
  LoopbackPeer other(f.loop);
  other.on_request = [](Link& link, int32_t id) { link.http2.Answer(id, "other"); };
  f.config.endpoints.push_back({"127.0.0.1", other.port(), 3});
  f.Run(+[](Fixture& f) -> Task<void> {
    int others = 0;
    for (int i = 0; i < 40; ++i) {
      auto call = f.cluster->Start(Get("/"), true);
      const std::string answer = co_await ReadAll(*call);
      others += answer == "200 other" ? 1 : 0;
    }
    EXPECT_EQ(others, 30);
  });
}

TEST(Cluster, PrefersTheEndpointWithFewerCalls) {
  Fixture f;
  f.config.lb_policy = config::Cluster::LoadBalancing::kLeastRequest;
  LoopbackPeer other(f.loop);
  // What comes first stays.
  other.on_request = [](Link& link, int32_t id) {
    if (id > 1) link.http2.Answer(id, "other");
  };
  f.config.endpoints.push_back({"127.0.0.1", other.port(), 1});
  f.Run(+[](Fixture& f) -> Task<void> {
    const std::string busy = "127.0.0.1:" + std::to_string(f.config.endpoints[1].port);
    std::unique_ptr<HttpCall> stays;
    int others = 0;
    for (int i = 0; i < 200; ++i) {
      auto call = f.cluster->Start(Get("/"), true);
      if (stays == nullptr && call->upstream_address() == busy) {
        stays = std::move(call);
        continue;
      }
      const std::string answer = co_await ReadAll(*call);
      others += answer == "200 other" ? 1 : 0;
    }
    // Only when both draws are the busy one: a quarter of them.
    EXPECT_LT(others, 85);
    EXPECT_GT(others, 15);
  });
}

TEST(Cluster, ResolvesNames) {
  Fixture f;
  f.config.type = config::Cluster::Type::kStrictDns;
  f.config.endpoints[0].address = "127.0.0.1";
  f.Run(+[](Fixture& f) -> Task<void> {
    const Status ready = co_await f.cluster->Ready();
    EXPECT_TRUE(ready.ok());
    auto call = f.cluster->Start(Get("/"), true);
    const std::string answer = co_await ReadAll(*call);
    EXPECT_EQ(answer, "200 ok");
  });
}

config::HealthCheck Every10Ms(config::HealthCheck::Kind kind) {
  return {.kind = kind,
          .timeout = absl::Seconds(1),
          .interval = absl::Milliseconds(10),
          .no_traffic_interval = absl::Milliseconds(10),
          .unhealthy_threshold = 2,
          .healthy_threshold = 2,
          .path = "/healthz",
          .host = {},
          .service_name = "shelf",
          .authority = {}};
}

TEST(Cluster, LeavesOutEndpointsThatSayTheyAreNotWell) {
  Fixture f;
  LoopbackPeer other(f.loop);
  f.config.endpoints.push_back({"127.0.0.1", other.port(), 1});
  f.config.health_checks = {Every10Ms(config::HealthCheck::Kind::kHttp)};
  static std::string host;
  static bool well;
  static int elsewhere;
  host.clear();
  well = false;
  elsewhere = 0;
  other.on_request = [](Link& link, int32_t id) {
    const http::Headers& head = link.http2.requests[id].head;
    if (head.Find(":path") == "/healthz") {
      host = head.Find(":authority").value_or("");
      link.http2.Head(id, well ? 200 : 503, {}, true);
    } else {
      ++elsewhere;
      link.http2.Answer(id, "ok");
    }
  };
  f.Run(+[](Fixture& f) -> Task<void> {
    const Status ready = co_await f.cluster->Ready();
    EXPECT_EQ(host, "test");
    EXPECT_EQ(ClusterStats::Get(f.stats.membership_total), 2);
    EXPECT_EQ(ClusterStats::Get(f.stats.membership_healthy), 1);
    for (int i = 0; i < 10; ++i) {
      auto call = f.cluster->Start(Get("/"), true);
      const std::string answer = co_await ReadAll(*call);
    }
    EXPECT_EQ(elsewhere, 0);
    well = true;
    co_await Until([&] { return ClusterStats::Get(f.stats.membership_healthy) == 2; });
    for (int i = 0; i < 10; ++i) {
      auto call = f.cluster->Start(Get("/"), true);
      const std::string answer = co_await ReadAll(*call);
    }
    EXPECT_EQ(elsewhere, 5);
  });
}

TEST(Cluster, AsksTheHealthServiceOfGrpc) {
  Fixture f;
  f.config.health_checks = {Every10Ms(config::HealthCheck::Kind::kGrpc)};
  static std::string question;
  static char status;
  status = 1;
  f.peer.on_request = [](Link&, int32_t) {};
  f.peer.on_ended = [](Link& link, int32_t id) {
    question = link.http2.requests[id].body;
    EXPECT_EQ(link.http2.requests[id].head.Find(":path"), "/grpc.health.v1.Health/Check");
    link.http2.Answer(id, std::string("\0\0\0\0\2\x08", 6) + status, {{"grpc-status", "0"}});
  };
  f.Run(+[](Fixture& f) -> Task<void> {
    const Status ready = co_await f.cluster->Ready();
    EXPECT_EQ(question, std::string("\0\0\0\0\7\n\5shelf", 12));
    EXPECT_EQ(ClusterStats::Get(f.stats.membership_healthy), 1);
    status = 2;
    co_await Until([&] { return ClusterStats::Get(f.stats.membership_healthy) == 0; });
    // Everybody is ill: Envoy panics and sends anyway.
    auto call = f.cluster->Start(Get("/"), true);
    EXPECT_EQ(call->failure(), UpstreamFailure::kNone);
  });
}

TEST(Cluster, ResolvesLocalhost) {
  Fixture f;
  f.config.type = config::Cluster::Type::kLogicalDns;
  f.config.dns_lookup_family = config::Cluster::DnsLookupFamily::kV4Only;
  f.config.endpoints[0].address = "localhost";
  f.config.dns_refresh_rate = absl::Milliseconds(1);
  f.Run(+[](Fixture& f) -> Task<void> {
    const Status ready = co_await f.cluster->Ready();
    for (int i = 0; i < 5; ++i) {
      auto call = f.cluster->Start(Get("/"), true);
      const std::string answer = co_await ReadAll(*call);
      EXPECT_EQ(answer, "200 ok");
      const Status slept = co_await Sleep(absl::Milliseconds(3));
    }
    EXPECT_EQ(f.peer.links.size(), 1);
  });
}

TEST(Cluster, ClosingTellsTheCallsThatLive) {
  Fixture f;
  f.peer.on_request = [](Link&, int32_t) {};
  f.Run(+[](Fixture& f) -> Task<void> {
    auto call = f.cluster->Start(Get("/"), false);
    co_await Until([&] { return f.peer.links.size() == 1 && f.peer.links[0]->http2.requests.size() == 1; });
    auto waiting = f.cluster->Start(Get("/"), false);
    co_await f.cluster->Close();
    const std::string answer = co_await ReadAll(*call);
    EXPECT_EQ(answer, "connection termination");
    co_await Until([&] { return f.peer.links[0]->http2.goaway; });
  });
}

}  // namespace
}  // namespace minato::gateway

#include "gateway/front/http_server.h"

#include <functional>
#include <thread>

#include "gateway/front/raw_client.h"
#include "gateway/front/test_handler.h"

namespace minato::gateway {
namespace {

struct HttpServerTest : testing::Test {
  void StartWith(FrontLimits limits, size_t workers = 1) {
    server.reset();
    pool = std::make_unique<WorkerPool>(workers);
    StatusOr<std::unique_ptr<HttpServer>> started =
        HttpServer::Start(*pool, {.address = "127.0.0.1:0", .limits = {limits}}, handler);
    ASSERT_TRUE(started.ok()) << started.status();
    server = *std::move(started);
  }
  void SetUp() override { StartWith({}); }

  TestHandler handler;
  std::unique_ptr<WorkerPool> pool;
  std::unique_ptr<HttpServer> server;
};

std::string BodyOf(RawClient& client) {
  const std::string head = client.ReadUntil("\r\n\r\n");
  const size_t length = head.find("content-length: ");
  if (length == head.npos) return "no length in: " + head;
  return client.ReadBytes(std::stoul(head.substr(length + 16)));
}

TEST_F(HttpServerTest, ServesOneRequestAfterAnotherOnAConnection) {
  RawClient client(server->address());
  for (int i = 0; i < 3; ++i) {
    client.Send("GET /head HTTP/1.1\r\nHost: x\r\nX-A: v\r\n\r\n");
    EXPECT_EQ(BodyOf(client), "v");
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInTheirOrder) {
  RawClient client(server->address());
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    requests += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n" + std::to_string(10 + i % 90);
  }
  client.Send(requests);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(BodyOf(client), "POST " + std::to_string(10 + i % 90));
}

TEST_F(HttpServerTest, ReadsARequestCutAnywhere) {
  const std::string request =
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  RawClient client(server->address());
  for (size_t cut = 1; cut < request.size(); ++cut) {
    client.Send(request.substr(0, cut));
    std::this_thread::yield();
    client.Send(request.substr(cut));
    ASSERT_EQ(BodyOf(client), "POST abcde") << cut;
  }
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  RawClient client(server->address());
  client.Send("HEAD /head HTTP/1.1\r\nHost: x\r\nX-A: four\r\n\r\nGET /head HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.ReadUntil("\r\n\r\n").find("content-length: 4"), std::string::npos);
  EXPECT_EQ(BodyOf(client), "none");
}

TEST_F(HttpServerTest, SaysContinueWhenTheBodyIsWanted) {
  RawClient client(server->address());
  client.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  EXPECT_EQ(BodyOf(client), "POST abc");
}

TEST_F(HttpServerTest, ClosesWhenAskedToAndForHttp10) {
  RawClient asked(server->address());
  asked.Send("GET /head HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(asked.ReadAll().find("connection: close"), std::string::npos);
  RawClient old(server->address());
  old.Send("GET /head HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(old.ReadAll().ends_with("none"));
}

TEST_F(HttpServerTest, RefusesWhatItCannotServeAndSaysWhy) {
  const std::pair<std::string, std::string> cases[] = {
      {"GARBAGE\r\n\r\n", "HTTP/1.1 400 "},
      {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
      {"GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n", "HTTP/1.1 431 "},
      {"GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 414 "},
      {"GET / HTTP/3.0\r\nHost: x\r\n\r\n", "HTTP/1.1 505 "},
      {"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "HTTP/1.1 505 "},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       "HTTP/1.1 400 "},
  };
  for (const auto& [request, expected] : cases) {
    RawClient client(server->address());
    client.Send(request);
    const std::string answer = client.ReadAll();
    EXPECT_EQ(answer.substr(0, expected.size()), expected) << request.substr(0, 40);
    EXPECT_NE(answer.find(R"({"error":")"), std::string::npos) << answer;
  }
}

TEST_F(HttpServerTest, ATooLargeBodyGetsItsAnswerAlthoughTheClientStillSends) {
  RawClient client(server->address());
  client.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n");
  client.Send(std::string(200'000, 'x'));
  const std::string answer = client.ReadAll();
  EXPECT_NE(answer.find("HTTP/1.1 413"), std::string::npos);
  EXPECT_NE(answer.find("has 200000 bytes, the limit is 1000"), std::string::npos) << answer;
}

TEST_F(HttpServerTest, ABodyThatNobodyReadsEndsTheConnection) {
  RawClient client(server->address());
  client.Send("POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_NE(client.ReadAll().find("connection: close"), std::string::npos);
}

TEST_F(HttpServerTest, CancelsTheHandlerWhenTheClientGoesAway) {
  RawClient client(server->address());
  client.Send("GET /forever HTTP/1.1\r\nHost: x\r\n\r\n");
  handler.entered.acquire();
  client.Close();
  EXPECT_TRUE(handler.cancelled.try_acquire_for(std::chrono::seconds(10)));
}

TEST_F(HttpServerTest, NoticesThatTheClientIsGoneBehindARequestThatFillsTheBuffer) {
  for (size_t size = 2040; size <= 2056; ++size) {
    RawClient client(server->address());
    const std::string head = "GET /forever HTTP/1.1\r\nHost: x\r\nX: ";
    client.Send(head + std::string(size - head.size() - 4, 'a') + "\r\n\r\n");
    handler.entered.acquire();
    client.Close();
    EXPECT_TRUE(handler.cancelled.try_acquire_for(std::chrono::seconds(10))) << size;
  }
}

TEST_F(HttpServerTest, ASlowReaderStopsTheHandlerInsteadOfFillingMemory) {
  RawClient client(server->address());
  client.Send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.ReadUntil("\r\n\r\n").find("transfer-encoding: chunked"), std::string::npos);
  // The handler stops once the kernel's buffers and ours are full, and does not go on by itself.
  int before = -1;
  for (int now = handler.pieces; now != before; now = handler.pieces) {
    before = now;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_LT(before, 2000);  // 32 MB
  client.ReadBytes(8 << 20);
  while (handler.pieces <= before) std::this_thread::yield();
  client.Close();
  EXPECT_TRUE(handler.ended.try_acquire_for(std::chrono::seconds(10)));
}

TEST_F(HttpServerTest, DrainsWhatIsInFlightAndClosesWhatIsIdle) {
  RawClient idle(server->address());
  idle.Send("GET /head HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(BodyOf(idle), "none");
  RawClient busy(server->address());
  busy.Send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  handler.entered.acquire();
  std::thread drain([&] { server->Drain(absl::Seconds(10)); });
  EXPECT_EQ(idle.ReadAll(), "");
  handler.held = false;
  EXPECT_EQ(BodyOf(busy), "held");
  EXPECT_EQ(busy.ReadAll(), "");
  drain.join();
  EXPECT_EQ(server->connections(), 0u);
}

TEST_F(HttpServerTest, CancelsWhatTheDrainWaitsForInVain) {
  RawClient client(server->address());
  client.Send("GET /forever HTTP/1.1\r\nHost: x\r\n\r\n");
  handler.entered.acquire();
  server->Drain(absl::Milliseconds(1));
  EXPECT_NE(client.ReadAll().find("HTTP/1.1 503"), std::string::npos);
}

TEST_F(HttpServerTest, CancelsWhatIsStillBeingReadWhenTheDrainEnds) {
  RawClient head(server->address());
  head.Send("GET /head HT");
  RawClient body(server->address());
  body.Send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  handler.entered.acquire();
  const absl::Time begin = absl::Now();
  server->Drain(absl::Milliseconds(1));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));  // head_timeout is 15 s, body_timeout 30 s
  EXPECT_NE(body.ReadAll().find("the server is shutting down"), std::string::npos);
  EXPECT_EQ(head.ReadAll(), "");
}

TEST_F(HttpServerTest, AnAnswerThatBeginsEarlyTakesNothingFromWhoeverReadsTheBody) {
  RawClient client(server->address());
  client.Send("POST /mirror HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
  EXPECT_TRUE(client.ReadAll().ends_with("1\r\na\r\n1\r\nb\r\n0\r\n\r\n"));
}

TEST_F(HttpServerTest, AContentTypeThatIsNoHeaderCostsTheTypeOnly) {
  RawClient client(server->address());
  client.Send("GET /type HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(BodyOf(client), "typed");
}

TEST_F(HttpServerTest, RefusesAnAddressThatIsInUseOrNoAddress) {
  const auto again = HttpServer::Start(*pool, {.address = server->address()}, handler);
  EXPECT_EQ(again.status().code(), StatusCode::kAlreadyExists);
  EXPECT_NE(MessageOf(again.status()).find(server->address()), std::string_view::npos);
  for (const char* address : {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", "host:1"}) {
    EXPECT_EQ(HttpServer::Start(*pool, {.address = address}, handler).status().code(), StatusCode::kInvalidArgument)
        << address;
  }
}

TEST_F(HttpServerTest, TwoWorkersShareThePort) {
  StartWith({}, 2);
  for (int i = 0; i < 20; ++i) {
    RawClient client(server->address());
    client.Send("GET /head HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(BodyOf(client), "none");
  }
}

TEST_F(HttpServerTest, ConnectionsBeyondTheLimitAreClosedAtOnce) {
  StartWith({.connections_max = 1});
  RawClient first(server->address());
  first.Send("GET /head HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(BodyOf(first), "none");
  RawClient second(server->address());
  EXPECT_EQ(second.ReadAll(), "");
  first.Send("GET /head HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(BodyOf(first), "none");
}

TEST_F(HttpServerTest, SharesABoundOfConnectionsWithOthersOnAllWorkers) {
  ConnectionLimit shared, own;
  shared.set_max(2);
  ASSERT_TRUE(shared.Enter()) << "somebody else's connection";
  server.reset();
  pool = std::make_unique<WorkerPool>(2);
  auto started = HttpServer::Start(*pool, {.address = "127.0.0.1:0", .connection_limits = {&own, &shared}}, handler);
  ASSERT_TRUE(started.ok()) << started.status();
  server = *std::move(started);
  {
    RawClient first(server->address());
    first.Send("GET /head HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(BodyOf(first), "none");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(RawClient(server->address()).ReadAll(), "") << "closed at once";
    shared.Leave();
    RawClient second(server->address());
    second.Send("GET /head HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(BodyOf(second), "none");
  }
  server.reset();
  EXPECT_TRUE(shared.Enter() && shared.Enter() && !shared.Enter()) << "all that came in have left";
}

TEST_F(HttpServerTest, TakesIpv4OnASocketOfIpv6OnlyIfItIsTold) {
  for (const IpVersions versions : {IpVersions::kBoth, IpVersions::kOwn}) {
    server.reset();
    auto started = HttpServer::Start(*pool, {.address = "[::]:0", .listen = {.ip_versions = versions}}, handler);
    ASSERT_TRUE(started.ok()) << started.status();
    server = *std::move(started);
    EXPECT_EQ(RawClient(server->address()).connected(), versions == IpVersions::kBoth);
  }
}

TEST_F(HttpServerTest, TimeoutsEndIdleConnectionsAndHalfSentRequests) {
  StartWith({.idle_timeout = absl::Milliseconds(20),
             .head_timeout = absl::Milliseconds(20),
             .body_timeout = absl::Milliseconds(20)});
  RawClient idle(server->address());
  EXPECT_EQ(idle.ReadAll(), "");
  RawClient head(server->address());
  head.Send("GET /head HT");
  EXPECT_NE(head.ReadAll().find("head_timeout"), std::string::npos);
  RawClient body(server->address());
  body.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_NE(body.ReadAll().find("body_timeout"), std::string::npos);
}

}  // namespace
}  // namespace minato::gateway

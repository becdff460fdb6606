#include <functional>
#include <thread>

#include "gateway/front/http_server.h"
#include "gateway/front/raw_client.h"
#include "gateway/front/test_handler.h"
#include "http/http2_test_client.h"

namespace minato::gateway {
namespace {

using http::Http2TestClient;
using Fields = Http2TestClient::Fields;

Fields Get(std::string path, Fields more = {}) { return Http2TestClient::Get(std::move(path), std::move(more)); }

// Speaks HTTP/2 with a server on a socket.
class Client : public Http2TestClient {
 public:
  explicit Client(const std::string& address, bool reads_by_itself = true)
      : Http2TestClient(reads_by_itself), socket(address) {}

  // Writes and reads until `done`; false if the server closed or nothing came for 10 s.
  bool Until(const std::function<bool()>& done) {
    for (;;) {
      socket.Send(Write());
      if (done()) return true;
      const std::string bytes = socket.ReadArrived();
      if (bytes.empty()) return false;
      Read(bytes);
    }
  }
  Answer& Wait(int32_t id) {
    EXPECT_TRUE(Until([&] { return answers[id].closed.has_value(); })) << id;
    return answers[id];
  }
  // Whether the server ends the connection.
  bool Ends() {
    return !Until([] { return false; });
  }

  RawClient socket;
};

struct Http2SessionTest : testing::Test {
  void StartWith(FrontLimits limits) {
    server.reset();
    pool = std::make_unique<WorkerPool>(1);
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

TEST_F(Http2SessionTest, ServesRequestsSideBySide) {
  Client client(server->address());
  std::vector<int32_t> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(client.Request(Get("/head", {{"x-a", std::to_string(i)}})));
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.Wait(ids[i]).body, std::to_string(i));
    EXPECT_NE(client.answers[ids[i]].head.find(":status=200\ncontent-type=text/plain\ndate="), std::string::npos);
  }
}

TEST_F(Http2SessionTest, ReadsABodyCutAnywhere) {
  for (size_t cut = 0; cut < 110; ++cut) {
    Client client(server->address());
    const int32_t id = client.Request(Get("/echo"), "hello");
    const std::string bytes = client.Write();
    client.socket.Send(std::string_view(bytes).substr(0, cut));
    std::this_thread::yield();
    client.socket.Send(std::string_view(bytes).substr(std::min(cut, bytes.size())));
    ASSERT_EQ(client.Wait(id).body, "GET hello") << cut;
  }
}

TEST_F(Http2SessionTest, AnswersHeadWithoutABody) {
  Client client(server->address());
  const int32_t id =
      client.Request({{":method", "HEAD"}, {":scheme", "http"}, {":authority", "x"}, {":path", "/head"}, {"x-a", "four"}});
  const auto& answer = client.Wait(id);
  EXPECT_NE(answer.head.find("content-length=4\n"), std::string::npos);
  EXPECT_EQ(answer.body, "");
  EXPECT_TRUE(answer.complete);
}

TEST_F(Http2SessionTest, SaysContinueWhenTheBodyIsWanted) {
  Client client(server->address());
  const int32_t id = client.Request(Get("/echo", {{"expect", "100-continue"}}), "", true);
  ASSERT_TRUE(client.Until([&] { return client.answers[id].head == ":status=100\n"; }));
  client.Data(id, "abc", false);
  EXPECT_EQ(client.Wait(id).body, "GET abc");
}

TEST_F(Http2SessionTest, RefusesOneRequestAndServesTheNext) {
  Client client(server->address());
  const int32_t bad = client.Request(Get("/a#b"));
  const int32_t large = client.Request(Get("/echo", {{"content-length", "200000"}}), std::string(200'000, 'x'));
  const int32_t good = client.Request(Get("/head"));
  EXPECT_EQ(client.Wait(bad).body,
            R"({"error":"the request target holds a fragment","code":3,"status":"INVALID_ARGUMENT","details":[]})");
  EXPECT_EQ(client.answers[bad].head.substr(0, 12), ":status=400\n");
  EXPECT_NE(client.Wait(large).body.find("has 200000 bytes, the limit is 1000"), std::string::npos);
  EXPECT_EQ(client.Wait(good).body, "none");
}

TEST_F(Http2SessionTest, ABodyThatNobodyReadsIsCalledOffAndTheConnectionGoesOn) {
  Client client(server->address());
  const int32_t ignored = client.Request(Get("/ignore"), std::string(10 << 20, 'x'));
  EXPECT_TRUE(client.Wait(ignored).complete);
  EXPECT_EQ(client.answers[ignored].closed, NGHTTP2_NO_ERROR);
  for (int i = 0; i < 10; ++i) {
    const int32_t id = client.Request(Get("/echo"), std::string(900, 'y'));
    EXPECT_EQ(client.Wait(id).body.size(), 904u);
  }
}

TEST_F(Http2SessionTest, CancelsTheHandlerWhenTheClientResetsTheStreamOrGoesAway) {
  Client client(server->address());
  const int32_t id = client.Request(Get("/forever"));
  client.socket.Send(client.Write());
  handler.entered.acquire();
  client.Reset(id);
  client.socket.Send(client.Write());
  EXPECT_TRUE(handler.cancelled.try_acquire_for(std::chrono::seconds(10)));
  client.Request(Get("/forever"));
  client.socket.Send(client.Write());
  handler.entered.acquire();
  client.socket.Close();
  EXPECT_TRUE(handler.cancelled.try_acquire_for(std::chrono::seconds(10)));
}

TEST_F(Http2SessionTest, ASlowReaderStopsTheHandlerInsteadOfFillingMemory) {
  Client client(server->address(), /*reads_by_itself=*/false);
  nghttp2_session_set_local_window_size(client.session, NGHTTP2_FLAG_NONE, 0, 1 << 20);
  const int32_t slow = client.Request(Get("/stream"));
  const int32_t other = client.Request(Get("/head"));
  EXPECT_EQ(client.Wait(other).body, "none");
  EXPECT_TRUE(client.Until([&] { return client.answers[slow].body.size() == 65'535; }));
  int before = -1;
  for (int now = handler.pieces; now != before; now = handler.pieces) {
    before = now;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_LE(before, 10);  // 16 KiB each: a window, and as much behind it
  nghttp2_session_consume(client.session, slow, 65'535);
  EXPECT_TRUE(client.Until([&] { return client.answers[slow].body.size() > 100'000; }));
  while (handler.pieces <= before) std::this_thread::yield();
  client.socket.Close();
  EXPECT_TRUE(handler.ended.try_acquire_for(std::chrono::seconds(10)));
}

TEST_F(Http2SessionTest, MirrorsABodyAsItComes) {
  Client client(server->address());
  const int32_t id = client.Request(Get("/mirror"), "first", true);
  ASSERT_TRUE(client.Until([&] { return client.answers[id].body == "first"; }));
  client.Data(id, " second");
  ASSERT_TRUE(client.Until([&] { return client.answers[id].body == "first second"; }));
  client.Data(id, std::string(1 << 20, 'm'), false);
  EXPECT_EQ(client.Wait(id).body.size(), 12u + (1 << 20));
  EXPECT_TRUE(client.answers[id].complete);
}

TEST_F(Http2SessionTest, DrainsWhatIsInFlightAndThenCloses) {
  Client idle(server->address());
  EXPECT_EQ(idle.Wait(idle.Request(Get("/head"))).body, "none");
  Client busy(server->address());
  const int32_t id = busy.Request(Get("/hold"));
  busy.socket.Send(busy.Write());
  handler.entered.acquire();
  std::thread drain([&] { server->Drain(absl::Seconds(10)); });
  EXPECT_TRUE(idle.Ends());
  EXPECT_GE(idle.goaways.size(), 1u);
  EXPECT_TRUE(busy.Until([&] { return busy.goaways.size() == 2; }));
  handler.held = false;
  EXPECT_EQ(busy.Wait(id).body, "held");
  EXPECT_TRUE(busy.Ends());
  drain.join();
  EXPECT_EQ(server->connections(), 0u);
}

TEST_F(Http2SessionTest, DrainsAConnectionAfterSoManyRequestsIfTold) {
  StartWith({.requests_max = 2});
  Client client(server->address());
  EXPECT_TRUE(client.Wait(client.Request(Get("/head"))).complete);
  EXPECT_TRUE(client.goaways.empty());
  EXPECT_TRUE(client.Wait(client.Request(Get("/head"))).complete);
  EXPECT_TRUE(client.Ends());
  ASSERT_FALSE(client.goaways.empty());
  EXPECT_EQ(client.goaways[0], std::make_pair(INT32_MAX, uint32_t{NGHTTP2_NO_ERROR})) << "first comes the notice";
}

TEST_F(Http2SessionTest, CancelsWhatTheDrainWaitsForInVain) {
  Client client(server->address());
  const int32_t id = client.Request(Get("/forever"));
  client.socket.Send(client.Write());
  handler.entered.acquire();
  server->Drain(absl::Milliseconds(1));
  EXPECT_EQ(client.Wait(id).head.substr(0, 12), ":status=503\n");
}

TEST_F(Http2SessionTest, TimeoutsEndIdleConnectionsAndHalfSentRequests) {
  StartWith({.idle_timeout = absl::Milliseconds(20),
             .head_timeout = absl::Milliseconds(20),
             .body_timeout = absl::Milliseconds(20)});
  Client idle(server->address());
  EXPECT_EQ(idle.Wait(idle.Request(Get("/head"))).body, "none");
  EXPECT_TRUE(idle.Ends());
  EXPECT_EQ(idle.goaways.size(), 1u);
  RawClient preface(server->address());
  preface.Send("PRI * HTTP");
  EXPECT_NE(preface.ReadAll().find("head_timeout"), std::string::npos);
  RawClient silent(server->address());
  silent.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  EXPECT_NE(silent.ReadAll(), "");  // its SETTINGS and GOAWAY
  Client body(server->address());
  const int32_t id = body.Request(Get("/echo"), "ab", true);
  EXPECT_NE(body.Wait(id).body.find("body_timeout"), std::string::npos);
}

TEST_F(Http2SessionTest, GivesUpOnAClientThatTakesNothing) {
  StartWith({.write_timeout = absl::Milliseconds(20)});
  Client client(server->address(), /*reads_by_itself=*/false);
  const int32_t id = client.Request(Get("/stream"));
  EXPECT_EQ(client.Wait(id).closed, NGHTTP2_CANCEL);
  EXPECT_TRUE(handler.ended.try_acquire_for(std::chrono::seconds(10)));
}

TEST_F(Http2SessionTest, AFloodEndsTheConnectionAndIsToldSo) {
  Client client(server->address());
  for (int i = 0; i < 20'000; ++i) nghttp2_submit_ping(client.session, NGHTTP2_FLAG_NONE, nullptr);
  EXPECT_TRUE(client.Ends());
  ASSERT_EQ(client.goaways.size(), 1u);
  EXPECT_EQ(client.goaways[0].second, NGHTTP2_ENHANCE_YOUR_CALM);
}

TEST_F(Http2SessionTest, ServesHttp1ToWhoeverDoesNotBeginWithThePreface) {
  RawClient h2c(server->address());
  h2c.Send("GET /head HTTP/1.1\r\nHost: x\r\nX-A: v\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
           "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
  const std::string answer = h2c.ReadAll();
  EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
  RawClient almost(server->address());
  almost.Send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n");
  EXPECT_EQ(almost.ReadAll().substr(0, 12), "HTTP/1.1 505");
}

}  // namespace
}  // namespace minato::gateway

#include "gateway/filters/cors.h"

#include "gateway/front/hand_client.h"
#include "runtime/manual_executor.h"

namespace minato::gateway {
namespace {

// Answers 200 to whatever it is asked.
class Behind final : public RequestHandler {
 public:
  Task<void> Serve(ClientStream& stream) override {
    const Status sent = co_await stream.Respond({}, "behind");
  }
};

int HandshakeFrom(const std::string& origin, const std::string& host, std::vector<std::string> allowed = {}) {
  ManualExecutor loop;
  Behind behind;
  Cors cors({.allow_origins = std::move(allowed)}, behind);
  HandClient client("GET", "/ws");
  client.asks_for_websocket = true;
  client.host = host;
  if (!origin.empty()) client.request_headers["origin"] = origin;
  loop.Run(cors.Serve(client));
  return client.status;
}

TEST(Cors, LetsPagesOfItsOwnHostOpenWebSockets) {
  EXPECT_EQ(HandshakeFrom("http://127.0.0.1:8080", "127.0.0.1:8080"), 200);
  EXPECT_EQ(HandshakeFrom("https://App.example", "app.example"), 200);
  EXPECT_EQ(HandshakeFrom("http://app.example", "app.example:80"), 200);
  EXPECT_EQ(HandshakeFrom("https://app.example", "app.example:443"), 200);
  EXPECT_EQ(HandshakeFrom("http://[::1]:8080", "[::1]:8080"), 200);
}

TEST(Cors, RefusesWebSocketsToPagesOfOtherOrigins) {
  EXPECT_EQ(HandshakeFrom("http://evil.example", "127.0.0.1:8080"), 403);
  EXPECT_EQ(HandshakeFrom("http://127.0.0.1:3000", "127.0.0.1:8080"), 403);
  EXPECT_EQ(HandshakeFrom("http://app.example.evil.example", "app.example"), 403);
  EXPECT_EQ(HandshakeFrom("http://app.example@evil.example", "app.example"), 403);
  EXPECT_EQ(HandshakeFrom("https://app.example", "app.example:80"), 403);
  EXPECT_EQ(HandshakeFrom("null", "app.example"), 403);
  EXPECT_EQ(HandshakeFrom("app.example", "app.example"), 403);
  EXPECT_EQ(HandshakeFrom("http://", ""), 403);
}

TEST(Cors, LetsPagesOfOriginsThatAreNamedOpenWebSockets) {
  EXPECT_EQ(HandshakeFrom("http://other.example", "app.example", {"http://other.example"}), 200);
  EXPECT_EQ(HandshakeFrom("http://evil.example", "app.example", {"http://other.example"}), 403);
  EXPECT_EQ(HandshakeFrom("http://evil.example", "app.example", {"*"}), 200);
}

TEST(Cors, LetsClientsThatAreNoBrowsersOpenWebSockets) { EXPECT_EQ(HandshakeFrom("", "app.example"), 200); }

TEST(Cors, LeavesOrdinaryRequestsOfOtherOriginsToTheBrowser) {
  ManualExecutor loop;
  Behind behind;
  Cors cors({}, behind);
  HandClient client("GET", "/data");
  client.request_headers["origin"] = "http://evil.example";
  loop.Run(cors.Serve(client));
  EXPECT_EQ(client.status, 200);
  EXPECT_FALSE(client.headers.Has("access-control-allow-origin"));
}

}  // namespace
}  // namespace minato::gateway

#include <chrono>
#include <string>
#include <thread>

#include "gateway/front/http_server.h"
#include "gateway/front/raw_client.h"

namespace minato::gateway {
namespace {

using namespace std::string_literals;

// Answers each message with itself, and the end with a last word; "end" it takes for the end.
class Parrot final : public RequestHandler {
 public:
  Task<void> Serve(ClientStream& stream) override {
    StatusOr<std::unique_ptr<WebSocket>> accepted = co_await stream.AcceptWebSocket();
    if (!accepted.ok()) co_return;
    WebSocket& socket = **accepted;
    for (;;) {
      StatusOr<std::optional<WebSocket::Message>> message = co_await socket.Receive();
      if (!message.ok() || !message->has_value() || (*message)->payload == "end") break;
      const Status sent = co_await socket.Send(*std::move(*message));
      if (!sent.ok()) break;
    }
    const Status told = co_await socket.Send({.payload = "bye"});
    co_await socket.Close(1000, "");
  }
};

constexpr std::string_view kHandshake =
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

// What a client sends is masked; here with zeros.
std::string Frame(char opcode, std::string_view payload) {
  return std::string{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | payload.size())} + "\0\0\0\0"s +
         std::string(payload);
}
std::string Text(std::string_view payload) { return Frame(1, payload); }
const std::string kCloseByClient = Frame(8, "\x03\xe8");

const std::string kBye = "\x81\x03" "bye";
const std::string kCloseNormal = "\x88\x02\x03\xe8";
const std::string kCloseGoingAway = "\x88\x02\x03\xe9";

struct UpgradedWebSocketTest : testing::Test {
  std::unique_ptr<RawClient> Connect() {
    auto client = std::make_unique<RawClient>(server->address());
    client->Send(kHandshake);
    EXPECT_TRUE(client->ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    return client;
  }
  absl::Duration Drain(absl::Duration grace = absl::Hours(1)) {
    const absl::Time began = absl::Now();
    server->Drain(grace);
    return absl::Now() - began;
  }

  static FrontLimits Limits() {
    FrontLimits limits;
    limits.websocket_close_timeout = absl::Milliseconds(200);
    return limits;
  }

  WorkerPool workers{1};
  Parrot parrot;
  std::unique_ptr<HttpServer> server =
      *HttpServer::Start(workers, {.address = "127.0.0.1:0", .limits = {Limits()}}, parrot);
};

constexpr absl::Duration kSoon = absl::Seconds(10);  // the machine may be busy; the graces are far longer

TEST_F(UpgradedWebSocketTest, ADrainIsTheEndOfTheInputAndTheCloseFrameComesBehindTheLastWord) {
  const auto client = Connect();
  client->Send(Text("tide"));
  EXPECT_EQ(client->ReadBytes(6), "\x81\x04" "tide");
  std::thread peer([&] {
    EXPECT_EQ(client->ReadBytes(kBye.size() + kCloseGoingAway.size()), kBye + kCloseGoingAway);
    client->Send(Frame(8, "\x03\xe9"));
    EXPECT_EQ(client->ReadAll(), "");
    client->Close();
  });
  EXPECT_LT(Drain(), kSoon);
  peer.join();
}

TEST_F(UpgradedWebSocketTest, APeerThatNeverAnswersTheCloseFrameIsLeft) {
  const auto client = Connect();
  EXPECT_LT(Drain(), kSoon);
  EXPECT_EQ(client->ReadAll(), kBye + kCloseGoingAway);
}

TEST_F(UpgradedWebSocketTest, APeerThatGoesOnTalkingIsLeft) {
  const auto client = Connect();
  std::atomic<bool> left = false;
  std::thread peer([&] {
    for (; !left; std::this_thread::sleep_for(std::chrono::milliseconds(1))) client->Send(Text("and another thing"));
  });
  EXPECT_LT(Drain(), kSoon);
  left = true;
  peer.join();
}

TEST_F(UpgradedWebSocketTest, ASocketThatIsOpenedWhileTheServerDrainsIsClosedAtOnce) {
  const auto held = Connect();  // keeps the server up
  RawClient late(server->address());
  late.Send(kHandshake.substr(0, kHandshake.size() - 2));
  // What came first is accepted and read before the worker has answered these.
  for (int round = 0; round < 3; ++round) {
    held->Send(Text("?"));
    EXPECT_EQ(held->ReadBytes(3), "\x81\x01?");
  }
  std::thread draining([&] { Drain(); });
  EXPECT_EQ(held->ReadBytes(kBye.size()), kBye);  // it drains
  late.Send("\r\n");
  EXPECT_TRUE(late.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 101 "));
  EXPECT_EQ(late.ReadAll(), kBye + kCloseGoingAway);
  draining.join();
}

TEST_F(UpgradedWebSocketTest, AnEndOfTheHandlersIsNormalAndBoundWithoutADrain) {
  const auto client = Connect();
  client->Send(Text("end"));
  EXPECT_EQ(client->ReadAll(), kBye + kCloseNormal);
}

TEST_F(UpgradedWebSocketTest, ACloseOfTheClientsIsAnswered) {
  const auto client = Connect();
  client->Send(kCloseByClient);
  EXPECT_EQ(client->ReadAll(), kCloseNormal);
}

TEST_F(UpgradedWebSocketTest, ADrainWithoutGraceEndsAHandlerInTheMiddle) {
  const auto client = Connect();
  client->Send(Text("tide"));
  EXPECT_LT(Drain(absl::ZeroDuration()), kSoon);
}

}  // namespace
}  // namespace minato::gateway

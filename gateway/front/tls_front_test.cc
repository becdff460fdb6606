// HTTP over TLS, from a socket to a handler and back.
#include <semaphore>

#include <fmt/format.h>

#include "gateway/front/http_server.h"
#include "gateway/front/raw_client.h"
#include "gateway/transport/test_certificate.h"
#include "runtime/sleep.h"

namespace minato::gateway {
namespace {

// Answers by path: /mirror gives the body back as it comes; /forever nothing; else what is known of the connection.
class TestHandler final : public RequestHandler {
 public:
  std::binary_semaphore entered{0};
  std::binary_semaphore cancelled{0};

  Task<void> Serve(ClientStream& stream) override {
    if (stream.head().path() == "/mirror") co_return co_await Mirror(stream);
    if (stream.head().path() == "/forever") {
      entered.release();
      const Status slept = co_await Sleep(absl::Hours(1));
      if (slept.code() == StatusCode::kCancelled) cancelled.release();
    }
    const std::string answer =
        fmt::format("{} chain {}", stream.encrypted() ? "encrypted" : "plain", stream.filter_chain());
    const Status sent = co_await stream.Respond({.content_type = "text/plain"}, answer);
  }

 private:
  Task<void> Mirror(ClientStream& stream) {
    Status written = co_await stream.StartResponse({.content_type = "text/plain"});
    while (written.ok()) {
      StatusOr<std::optional<std::string_view>> piece = co_await stream.ReadPiece();
      if (!piece.ok() || !piece->has_value()) break;
      written = co_await stream.Write(**piece);
    }
    if (written.ok()) written = co_await stream.EndResponse();
  }
};

// Speaks TLS on a blocking socket.
class TlsClient {
 public:
  TlsClient(const std::string& address, const TlsConnector& connector) : raw_(address), codec_(connector.Connect()) {}

  Status Handshake() {
    Status status = codec_->Handshake();
    Flush();
    while (status.ok() && !codec_->established()) {
      const std::string bytes = raw_.ReadArrived();
      if (bytes.empty()) return Unavailable("closed");
      codec_->Receive(bytes);
      status = codec_->Handshake();
      Flush();
    }
    return status;
  }
  void Send(std::string_view bytes) {
    codec_->Write(bytes);
    Flush();
  }
  std::string ReadUntil(std::string_view end) {
    while (read_.find(end) == read_.npos && ReadSome()) {
    }
    std::string result = read_.substr(0, read_.find(end));
    read_.erase(0, result.size() + end.size());
    return result;
  }
  // Everything until the server ends the session, or "cut" if it does not say so.
  std::string ReadAll() {
    while (ReadSome()) {
    }
    return ended_ ? std::exchange(read_, "") : "cut";
  }
  RawClient& raw() { return raw_; }
  WireCodec& codec() { return *codec_; }

 private:
  void Flush() { raw_.Send(std::exchange(codec_->wire(), "")); }
  bool ReadSome() {
    char buffer[50'000];
    for (;;) {
      const StatusOr<size_t> size = codec_->Read(buffer, sizeof(buffer));
      if (!size.ok()) {
        ended_ = absl::IsOutOfRange(size.status());
        return false;
      }
      if (*size > 0) {
        read_.append(buffer, *size);
        return true;
      }
      const std::string bytes = raw_.ReadArrived();
      if (bytes.empty()) return false;
      codec_->Receive(bytes);
    }
  }

  RawClient raw_;
  const std::unique_ptr<WireCodec> codec_;
  std::string read_;
  bool ended_ = false;
};

FrontLimits OfChain(std::string name) {
  FrontLimits limits;
  limits.style.identity.server_name = std::move(name);
  limits.tls_handshake_timeout = absl::Milliseconds(200);
  return limits;
}

struct TlsFrontTest : testing::Test {
  void SetUp() override {
    const TestCertificate authority = TestCertificate::Authority("test");
    const auto chain = [&](const std::string& name) {
      const TestCertificate made = TestCertificate::For({name}, authority);
      return TlsAcceptor::Chain{{name}, {.certificate_chain = made.certificate, .private_key = made.key}};
    };
    acceptor = *TlsAcceptor::Create({chain("a.test"), chain("b.test")});
    const auto tls_of = [this](size_t) { return acceptor; };
    StatusOr<std::unique_ptr<HttpServer>> started = HttpServer::Start(
        pool, {.address = "127.0.0.1:0", .limits = {OfChain("a"), OfChain("b")}, .tls_of = tls_of},
        handler);
    ASSERT_TRUE(started.ok()) << started.status();
    server = *std::move(started);
    connector = *TlsConnector::Create({.trusted_ca = authority.certificate, .sni = "b.test"});
  }

  TestHandler handler;
  std::shared_ptr<const TlsAcceptor> acceptor;
  std::shared_ptr<const TlsConnector> connector;
  WorkerPool pool{1};
  std::unique_ptr<HttpServer> server;
};

TEST_F(TlsFrontTest, ServesOneRequestAfterAnotherAndEndsTheSession) {
  TlsClient client(server->address(), *connector);
  ASSERT_TRUE(client.Handshake().ok());
  for (int i = 0; i < 3; ++i) {
    client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(client.ReadUntil("chain 1").find("200 OK"), std::string::npos);
  }
  client.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.ReadAll().ends_with("\r\n\r\nencrypted chain 1"));
}

TEST_F(TlsFrontTest, KeepsToTheLimitsOfTheChainThatTheHandshakeChose) {
  TlsClient client(server->address(), *connector);
  ASSERT_TRUE(client.Handshake().ok());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.ReadUntil("chain 1").find("\r\nserver: b\r\n"), std::string::npos);
}

TEST_F(TlsFrontTest, MovesMegabytesBothWaysInRecordsOfAnySize) {
  for (const size_t record : {size_t{1}, size_t{100}, size_t{2047}, size_t{2048}, size_t{16384}, size_t{100'000}}) {
    TlsClient client(server->address(), *connector);
    ASSERT_TRUE(client.Handshake().ok());
    const size_t records = record == 1 ? 3000 : 1 + 400'000 / record;
    client.Send(fmt::format("POST /mirror HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", record * records));
    std::string sent;
    for (size_t i = 0; i < records; ++i) {
      const std::string bytes(record, static_cast<char>('a' + i % 26));
      client.Send(bytes);
      sent += bytes;
    }
    client.ReadUntil("\r\n\r\n");
    std::string got;
    for (;;) {
      const size_t size = std::stoul("0" + client.ReadUntil("\r\n"), nullptr, 16);
      const std::string chunk = client.ReadUntil("\r\n");
      ASSERT_EQ(chunk.size(), size);
      if (size == 0) break;
      got += chunk;
    }
    EXPECT_TRUE(got == sent) << record << ": " << got.size() << " bytes of " << sent.size();
  }
}

TEST_F(TlsFrontTest, ReadsARequestThatComesWithTheEndOfTheHandshake) {
  TlsClient client(server->address(), *connector);
  WireCodec& codec = client.codec();
  ASSERT_TRUE(codec.Handshake().ok());
  client.raw().Send(std::exchange(codec.wire(), ""));
  while (!codec.established()) {
    codec.Receive(client.raw().ReadArrived());
    ASSERT_TRUE(codec.Handshake().ok());
  }
  codec.Write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  client.raw().Send(std::exchange(codec.wire(), ""));
  EXPECT_TRUE(client.ReadAll().ends_with("chain 1"));
}

TEST_F(TlsFrontTest, CancelsTheHandlerWhenTheClientGoesAwayOrEndsTheSession) {
  for (const bool politely : {false, true}) {
    TlsClient client(server->address(), *connector);
    ASSERT_TRUE(client.Handshake().ok());
    client.Send("GET /forever HTTP/1.1\r\nHost: x\r\n\r\n");
    handler.entered.acquire();
    if (politely) {
      client.codec().End();
      client.raw().Send(client.codec().wire());
    } else {
      client.raw().Close();
    }
    EXPECT_TRUE(handler.cancelled.try_acquire_for(std::chrono::seconds(10))) << politely;
  }
}

TEST_F(TlsFrontTest, EndsHandshakesThatFailOrDoNotEnd) {
  RawClient silent(server->address());
  EXPECT_EQ(silent.ReadAll(), "");
  RawClient plain(server->address());
  plain.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(plain.ReadAll(), "");
  connector = *TlsConnector::Create({.sni = "c.test"});
  TlsClient stranger(server->address(), *connector);
  EXPECT_EQ(MessageOf(stranger.Handshake()), "TLS: tlsv1 unrecognized name");
}

}  // namespace
}  // namespace minato::gateway

#include "gateway/filters/grpc_web.h"

#include "gateway/filters/local_reply.h"
#include "gateway/front/hand_client.h"
#include "gateway/http_status.h"
#include "runtime/manual_executor.h"

namespace minato::gateway {
namespace {

constexpr std::string_view kFrame("\0\0\0\0\2hi", 7);

// Reads the request to its end, then answers as it is told to.
class Backend final : public HttpFilter {
 public:
  std::string content_type;
  std::string body;
  Status body_end;
  ResponseHead answer{.content_type = "application/grpc"};
  std::vector<std::string> pieces;
  http::Headers trailers;
  bool headers_only = false;
  Status fails;  // what the gateway says instead

  Task<void> Serve(ClientStream& stream, RouteChoice& route) override {
    content_type = stream.head().Find(http::KnownHeader::kContentType).value_or("none");
    for (;;) {
      StatusOr<std::optional<std::string_view>> piece = co_await stream.ReadPiece();
      body_end = piece.status();
      if (!piece.ok() || !piece->has_value()) break;
      body += **piece;
    }
    if (!fails.ok()) co_return co_await LocalError(stream, route, fails);
    if (headers_only) {
      const Status sent = co_await stream.Respond(answer, pieces.empty() ? "" : pieces[0]);
      co_return;
    }
    const Status started = co_await stream.StartResponse(answer);
    for (const std::string& piece : pieces) const Status written = co_await stream.Write(piece);
    const Status ended = co_await stream.EndResponse(trailers);
  }
};

struct GrpcWebTest : testing::Test {
  HandClient& Serve(HandClient& client) {
    const config::RouteConfiguration config;
    const Routes routes(config);
    RouteChoice choice(config, routes, client.head(), error_shape);
    GrpcWeb filter(backend);
    loop.Run(filter.Serve(client, choice));
    return client;
  }
  Backend backend;
  ErrorShape error_shape = ErrorShape::kEnvoy;
  ManualExecutor loop;
};

TEST_F(GrpcWebTest, PutsTheTrailersBehindTheMessages) {
  backend.pieces = {std::string(kFrame)};
  backend.trailers = {{"grpc-status", "0"}, {"x-t", "1"}};
  HandClient client("POST", "/a.B/C", std::string(kFrame));
  client.request_headers = {{"content-type", "application/grpc-web+proto"}};
  Serve(client);
  EXPECT_EQ(backend.content_type, "application/grpc");
  EXPECT_EQ(backend.body, kFrame);
  EXPECT_EQ(client.content_type, "application/grpc-web+proto");
  const std::string lines = "grpc-status:0\r\nx-t:1\r\n";
  EXPECT_EQ(client.answer, std::string(kFrame) + std::string("\x80\0\0\0\x16", 5) + lines);
  EXPECT_TRUE(client.trailers.empty());
}

TEST_F(GrpcWebTest, ReadsTextCutAnywhereAndAnswersInText) {
  const std::string text = "AAAAAAJoaQAAAAACaGk=";  // two frames
  for (size_t cut = 1; cut < text.size(); ++cut) {
    Backend fresh;
    backend.body.clear();
    backend.pieces = {std::string(kFrame)};
    backend.trailers = {{"grpc-status", "0"}};
    HandClient client("POST", "/a.B/C");
    client.pieces = {text.substr(0, cut), text.substr(cut)};
    client.request_headers = {{"content-type", "application/grpc-web-text"}, {"accept", "application/grpc-web-text"}};
    Serve(client);
    ASSERT_EQ(backend.body, std::string(kFrame) + std::string(kFrame)) << cut;
    ASSERT_EQ(client.content_type, "application/grpc-web-text+proto");
    ASSERT_TRUE(client.answer.starts_with("AAAAAAJoaQ==gAAAAA")) << client.answer;
  }
}

TEST_F(GrpcWebTest, RefusesTextThatIsNoBase64) {
  // The last is two texts in one piece.
  for (const std::string text : {"AA!A", "AAA", "AAAAA", "AA_A", "AAAAAAJoaQ==AAAAAAJoaQ=="}) {
    HandClient client("POST", "/a.B/C", text);
    client.request_headers = {{"content-type", "application/grpc-web-text"}};
    Serve(client);
    EXPECT_EQ(backend.body_end.code(), StatusCode::kInvalidArgument) << text;
  }
}

TEST_F(GrpcWebTest, ReadsTextsOfTheirOwnInPiecesOfTheirOwn) {
  HandClient client("POST", "/a.B/C");
  client.pieces = {"AAAAAAJoaQ==", "AAAAAAJoaQ=="};
  client.request_headers = {{"content-type", "application/grpc-web-text"}};
  Serve(client);
  EXPECT_EQ(backend.body, std::string(kFrame) + std::string(kFrame));
}

TEST_F(GrpcWebTest, TextThatIsNoBase64HasAStatusOfHttpToo) {
  backend.fails = WithHttpStatus(InvalidArgument("no base64"), 400);
  HandClient client("POST", "/a.B/C", "AA!A");
  client.request_headers = {{"content-type", "application/grpc-web-text"}};
  Serve(client);
  EXPECT_EQ(client.status, 400);
  EXPECT_EQ(client.headers.Find("grpc-status"), "13");
  EXPECT_TRUE(client.ends_connection);
}

TEST_F(GrpcWebTest, ToldAnythingElseTheClientGetsAStatus) {
  backend.answer = {.status = 503, .content_type = "text/plain"};
  backend.pieces = {"no healthy upstream"};
  backend.headers_only = true;
  HandClient client("POST", "/a.B/C");
  client.request_headers = {{"content-type", "application/grpc-web"}};
  Serve(client);
  EXPECT_EQ(client.status, 200);
  EXPECT_EQ(client.headers.Find("grpc-status"), "14");
  EXPECT_EQ(client.headers.Find("grpc-message"), "no healthy upstream");
  EXPECT_EQ(client.content_type, "application/grpc-web+proto");
}

TEST_F(GrpcWebTest, AnAnswerThatIsNoGrpcKeepsItsHeaders) {
  for (const bool has_body : {true, false}) {
    backend.answer = {.status = 200, .content_type = "text/plain", .headers = {{"x-a", "1"}}};
    backend.pieces = {has_body ? "oops" : ""};
    HandClient client("POST", "/a.B/C");
    client.request_headers = {{"content-type", "application/grpc-web"}};
    Serve(client);
    EXPECT_EQ(client.headers.Find("x-a"), "1");
    EXPECT_EQ(client.headers.Find("grpc-message"), has_body ? "oops" : "");
    EXPECT_EQ(client.content_type, "application/grpc-web+proto");
  }
}

TEST_F(GrpcWebTest, AnAnswerWithoutTrailersHasNoFrameOfThem) {
  backend.answer = {.content_type = "application/grpc"};
  backend.pieces = {std::string(kFrame)};
  HandClient client("POST", "/a.B/C");
  client.request_headers = {{"content-type", "application/grpc-web"}};
  Serve(client);
  EXPECT_EQ(client.answer, kFrame);
}

TEST_F(GrpcWebTest, AnAnswerWithoutABodyKeepsItsStatus) {
  backend.answer = {.status = 404};
  backend.headers_only = true;
  HandClient client("POST", "/a.B/C");
  client.request_headers = {{"content-type", "application/grpc-web"}};
  Serve(client);
  EXPECT_EQ(client.status, 404);
  EXPECT_FALSE(client.headers.Has("grpc-status"));
  EXPECT_EQ(client.content_type, "application/grpc-web+proto");
}

TEST_F(GrpcWebTest, AClientIsToldOfTheGatewaysErrorsInItsOwnWayWhateverTheirShape) {
  error_shape = ErrorShape::kFlat;
  backend.fails = Unavailable("no healthy upstream");
  HandClient client("POST", "/a.B/C");
  client.request_headers = {{"content-type", "application/grpc-web"}};
  Serve(client);
  EXPECT_EQ(client.status, 200);
  EXPECT_EQ(client.headers.Find("grpc-status"), "14");
  EXPECT_EQ(client.headers.Find("grpc-message"), "no healthy upstream");
  EXPECT_EQ(client.answer, "");
}

TEST_F(GrpcWebTest, LeavesEverythingElseAlone) {
  backend.answer = {.content_type = "text/x"};
  backend.pieces = {"plain"};
  HandClient client("POST", "/", "body");
  client.request_headers = {{"content-type", "application/json"}};
  Serve(client);
  EXPECT_EQ(backend.content_type, "application/json");
  EXPECT_EQ(client.content_type, "text/x");
  EXPECT_EQ(client.answer, "plain");
}

}  // namespace
}  // namespace minato::gateway

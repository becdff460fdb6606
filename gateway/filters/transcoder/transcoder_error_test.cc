#include <absl/strings/escaping.h>

#include "gateway/filters/transcoder/transcoder_fixture.h"
#include "google/rpc/status.pb.h"

namespace minato::gateway {
namespace {

using Framing = config::GrpcJsonTranscoder::StreamFraming;

struct ErrorShapeTest : TranscoderReplyFixture {
  ErrorShapeTest() { error_shape = ErrorShape::kAip193; }
  // As TranscoderReplyFixture::Describe says it.
  static std::string Aip193(int status, std::string_view message, std::string_view name, std::string_view details = "[]") {
    const std::string body = fmt::format(R"({{"error":{{"code":{},"message":"{}","status":"{}","details":{}}}}})", status,
                                         message, name, details);
    return fmt::format("{} application/json {} {}", status, body.size(), body);
  }
  static std::string DetailsBin(std::string type_url, std::string value) {
    google::rpc::Status status;
    auto& detail = *status.add_details();
    detail.set_type_url(std::move(type_url));
    detail.set_value(std::move(value));
    return absl::Base64Escape(status.SerializeAsString());
  }
};

TEST_F(ErrorShapeTest, IsThatOfAGrpcErrorHoweverItCame) {
  FailWithTrailersOnly(5, "no %22book%22");
  router.headers.Add("x-own", "kept");
  router.headers.Add("grpc-status-details-bin", DetailsBin("type.googleapis.com/transcoder.test.Book", Wire(7)));
  const std::string told =
      Aip193(404, R"(no \"book\")", "NOT_FOUND", R"([{"@type":"type.googleapis.com/transcoder.test.Book","id":"7"}])");
  for (const char* target : {"/books/7", "/list/7", "/download/7"}) EXPECT_EQ(Get(target), told + " x-own=kept");
  router.headers_only = false;
  router.trailers = std::exchange(router.headers, {{"grpc-encoding", "identity"}, {"x-first", "one"}});
  for (const char* version : {"HTTP/1.1", "HTTP/2"}) EXPECT_EQ(Get("/books/7", version), told + " x-first=one");
  EXPECT_EQ(trailers, router.trailers);
  router.data = {BookFrame(7)};
  EXPECT_EQ(Get("/books/7"), told + " x-first=one") << "behind a message";
  router.data = {};
  EXPECT_EQ(Get("/download/7"), told + " x-first=one") << "the head has been held";
}

TEST_F(ErrorShapeTest, IsThatOfAStatusThatIsNoneAndOfWhatTheTranscoderFindsItself) {
  router.trailers = {{"grpc-status", "1024"}};
  EXPECT_EQ(Get("/books/7"), Aip193(500, "", "UNKNOWN"));
  router.trailers = {{"grpc-status", "many"}};
  EXPECT_EQ(Get("/books/7"), Aip193(503, "the upstream's grpc-status is no number: many", "UNKNOWN"));
  router.trailers = {{"grpc-status", "0"}};
  router.data = {BookFrame(7).substr(0, 3)};
  EXPECT_EQ(Get("/books/7"), Aip193(502, "Incomplete gRPC frame header received", "INTERNAL"));
  HandClient bad("POST", "/books", "{");
  Serve(bad);
  EXPECT_TRUE(Describe(bad).starts_with(R"(400 application/json 1)")) << Describe(bad);
  EXPECT_NE(bad.answer.find(R"("status":"INVALID_ARGUMENT","details":[]}})"), std::string::npos) << bad.answer;
  EXPECT_TRUE(bad.ends_connection);
  config.reject_unknown_method = true;
  EXPECT_EQ(Get("/nowhere"), Aip193(404, "Could not resolve /nowhere to a method.", "NOT_FOUND"));
}

TEST_F(ErrorShapeTest, LeavesNoGrpcHeadersOnAnAnswer) {
  router.headers = {{"grpc-encoding", "identity"}, {"x-first", "one"}};
  router.data = {BookFrame(7)};
  EXPECT_EQ(Get("/books/7"), R"(200 application/json 10 {"id":"7"} x-first=one)");
  EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"7"}] x-first=one)");
}

TEST_F(ErrorShapeTest, HasItsOwnContentType) {
  error_shape = ErrorShape::kRfc9457;
  Fail(5, "none");
  EXPECT_EQ(Get("/books/7"),
            R"(404 application/problem+json 118 {"type":"about:blank","title":"Not Found","status":404,"detail":"none",)"
            R"("code":5,"grpcStatus":"NOT_FOUND","details":[]})");
}

TEST_F(ErrorShapeTest, KeepsDetailsThatItCannotRead) {
  for (const auto& [type, value, printed] :
       {std::tuple("type.googleapis.com/no.Such", "ab", R"("type.googleapis.com/no.Such","value":"YWI=")"),
        std::tuple("type.googleapis.com/transcoder.test.Book", "\x08\x01\x08\x02",
                   R"("type.googleapis.com/transcoder.test.Book","value":"CAEIAg==")"),
        std::tuple("no/prefix", "", R"("no/prefix","value":"")")}) {
    Fail(5, "none");
    router.trailers.Add("grpc-status-details-bin", DetailsBin(type, value));
    EXPECT_EQ(Get("/books/7"), Aip193(404, "none", "NOT_FOUND", fmt::format(R"([{{"@type":{}}}])", printed)));
  }
}

TEST_F(ErrorShapeTest, ADetailOfAnUnknownTypeDoesNotCancelTheConversionWhereItIsAsked) {
  error_shape = ErrorShape::kEnvoy;
  config.convert_grpc_status = true;
  Fail(5, "none");
  google::rpc::Status status;
  status.set_code(5);
  status.set_message("none");
  auto& detail = *status.add_details();
  detail.set_type_url("type.googleapis.com/no.Such");
  detail.set_value("ab");
  router.trailers.Add("grpc-status-details-bin", absl::Base64Escape(status.SerializeAsString()));
  EXPECT_EQ(Get("/books/7"), "404 application/json 0  grpc-status=5 grpc-message=none");
  extensions = extensions.With(config::Extension::kUnknownDetails);
  const std::string json =
      R"({"code":5,"message":"none","details":[{"@type":"type.googleapis.com/no.Such","value":"YWI="}]})";
  EXPECT_EQ(Get("/books/7"), fmt::format("404 application/json {} {}", json.size(), json));
}

struct StreamErrorTest : ErrorShapeTest {
  StreamErrorTest() {
    error_shape = ErrorShape::kEnvoy;
    extensions = extensions.With(config::Extension::kStreamErrors);
    router.data = {BookFrame(1)};
    router.trailers = {{"grpc-status", "13"}, {"grpc-message", "worn%20out"}};
  }
  const std::string error = R"({"code":13,"message":"worn out","details":[]})";
};

TEST_F(StreamErrorTest, IsTheLastElementOfAnArrayThatIsCut) {
  EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"1"},)" + error + " CUT");
  error_shape = ErrorShape::kFlat;
  EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"1"},)"
                            R"({"error":"worn out","code":13,"status":"INTERNAL","details":[]} CUT)");
  error_shape = ErrorShape::kEnvoy;
  router.data = {};
  EXPECT_EQ(Get("/list/7"), "200 application/json - [" + error + " CUT") << "no message, but the head has gone";
}

TEST_F(StreamErrorTest, LeavesAnArrayOpenOverHttp2WhereTheTrailersTell) {
  EXPECT_EQ(Get("/list/7", "HTTP/2"), R"(200 application/json - [{"id":"1"},)" + error);
  EXPECT_EQ(trailers, router.trailers);
}

TEST_F(StreamErrorTest, IsTheLastLine) {
  config.stream_framing = Framing::kNewline;
  const std::string expected = "200 application/json - {\"id\":\"1\"}\n" + error + "\n";
  EXPECT_EQ(Get("/list/7"), expected);
  EXPECT_EQ(Get("/list/7", "HTTP/2"), expected);
  EXPECT_EQ(trailers, router.trailers);
  config.print.whitespace = JsonPrintOptions::Whitespace::kIndent;
  EXPECT_EQ(Get("/list/7"), expected) << "a message is a line, too";
}

TEST_F(StreamErrorTest, IsAnEvent) {
  config.stream_framing = Framing::kSse;
  const std::string expected =
      "200 text/event-stream - data: {\"id\":\"1\"}\n\nevent: error\ndata: " + error + "\n\n";
  EXPECT_EQ(Get("/list/7"), expected);
  config.print.whitespace = JsonPrintOptions::Whitespace::kIndent;
  EXPECT_EQ(Get("/list/7"), expected) << "an event has one line, too";
  config.convert_grpc_status = true;
  router.data = {};
  EXPECT_EQ(Get("/list/7"), "200 text/event-stream - event: error\ndata: " + error + "\n\n");
}

TEST_F(StreamErrorTest, IsWhatTheGatewayFindsInTheMiddle) {
  router.trailers = {{"grpc-status", "0"}};
  const std::string bad = R"({"code":3,"message":"repeated entries for singular field number 1","details":[]})";
  router.data = {BookFrame(1) + Frame("\x08\x01\x08\x02")};
  EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"1"},)" + bad + " CUT");
  EXPECT_EQ(Get("/list/7", "HTTP/2"), R"(200 application/json - [{"id":"1"},)" + bad + " CUT");
  router.data = {BookFrame(1) + BookFrame(2).substr(0, 6)};
  const std::string half =
      R"({"code":13,"message":"Incomplete gRPC frame expected size: 2 actual size: 1","details":[]})";
  EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"1"},)" + half + " CUT");
  router.data = {BookFrame(1)};
  router.cuts = true;
  const std::string gone = R"({"code":14,"message":"upstream went away","details":[]})";
  EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"1"},)" + gone + " CUT");
  config.stream_framing = Framing::kNewline;
  EXPECT_EQ(Get("/list/7", "HTTP/2"), "200 application/json - {\"id\":\"1\"}\n" + gone + "\n");
  EXPECT_EQ(trailers, (http::Headers{{"grpc-status", "14"}, {"grpc-message", "upstream went away"}}));
}

TEST_F(StreamErrorTest, IsAnEndWithoutAStatusToo) {
  router.trailers.clear();
  EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"1"},)"
                            R"({"code":2,"message":"the upstream's answer ended without a grpc-status","details":[]} CUT)");
}

TEST_F(StreamErrorTest, IsARequestThatTurnsOutBadBesideItsAnswer) {
  router.answers_first = true;
  HandClient client("POST", "/talk");
  client.pieces = {R"([{"id":1},)", "}"};
  Serve(client);
  EXPECT_TRUE(client.answer.starts_with(R"([{"id":"1"},{"code":3,"message":")")) << client.answer;
  EXPECT_TRUE(client.cut);
}

}  // namespace
}  // namespace minato::gateway

#include <absl/strings/escaping.h>

#include "gateway/filters/transcoder/transcoder_fixture.h"
#include "google/rpc/status.pb.h"

namespace minato::gateway {
namespace {

using Framing = config::GrpcJsonTranscoder::StreamFraming;
using TranscoderReplyTest = TranscoderReplyFixture;

constexpr char kTooLarge[] =
    "500 text/plain 99 Response not transcoded because the transcoder's internal buffer size exceeds the configured "
    "limit.";

TEST_F(TranscoderReplyTest, AUnaryReplyIsCollectedAndGetsItsStatusAsHeaders) {
  router.headers = {{"x-first", "one"}, {"trailer", "grpc-status"}};
  router.data = {BookFrame(7, "T")};
  router.trailers = {{"grpc-status", "0"}, {"grpc-message", ""}, {"x-last", "two"}};
  EXPECT_EQ(Get("/books/7"),
            R"(200 application/json 22 {"id":"7","title":"T"} x-first=one grpc-status=0 grpc-message=)");
  EXPECT_EQ(Get("/books/7", "HTTP/2"),
            R"(200 application/json 22 {"id":"7","title":"T"} x-first=one trailer=grpc-status grpc-status=0 grpc-message=)");
  EXPECT_EQ(trailers, router.trailers);
}

TEST_F(TranscoderReplyTest, AUnaryReplyMayBeCutAnywhere) {
  const std::string frame = BookFrame(7, "a title");
  for (size_t cut = 0; cut <= frame.size(); ++cut) {
    router.data = {frame.substr(0, cut), frame.substr(cut)};
    EXPECT_EQ(Get("/books/7"), R"(200 application/json 28 {"id":"7","title":"a title"} grpc-status=0)");
  }
}

TEST_F(TranscoderReplyTest, AUnaryReplyIsItsFirstMessage) {
  router.data = {BookFrame(7) + BookFrame(8), BookFrame(9) + "junk"};
  EXPECT_EQ(Get("/books/7"), R"(200 application/json 10 {"id":"7"} grpc-status=0)");
  router.data = {Frame("")};
  EXPECT_EQ(Get("/books/7"), R"(200 application/json 2 {} grpc-status=0)");
  router.data = {};
  EXPECT_EQ(Get("/books/7"), R"(200 application/json 0  grpc-status=0)");
}

TEST_F(TranscoderReplyTest, AReplyThatEndsWithoutTrailersSaysNothingOfAStatus) {
  router.data = {BookFrame(7)};
  router.trailers.clear();
  EXPECT_EQ(Get("/books/7"), R"(200 application/json - {"id":"7"})");
}

TEST_F(TranscoderReplyTest, AUnaryErrorBehindAHeadIsMappedAndKeepsAMessage) {
  Fail(9, "late %E2%82%AC");
  EXPECT_EQ(Get("/books/7"), R"(400 application/json 0  grpc-status=9 grpc-message=late %E2%82%AC)");
  config.convert_grpc_status = true;
  EXPECT_EQ(Get("/books/7"), "400 application/json 31 {\"code\":9,\"message\":\"late €\"}");
  EXPECT_EQ(Get("/books/7", "HTTP/2"), "400 application/json 31 {\"code\":9,\"message\":\"late €\"}");
  EXPECT_EQ(trailers, router.trailers);
  router.data = {BookFrame(7)};
  EXPECT_EQ(Get("/books/7"), R"(400 application/json 10 {"id":"7"} grpc-status=9 grpc-message=late %E2%82%AC)");
}

TEST_F(TranscoderReplyTest, AStatusThatIsNoCodeIsMappedToo) {
  const std::pair<const char*, const char*> cases[] = {
      {"42", "500 application/json 0  grpc-status=42"}, {"1024", "500 application/json 0  grpc-status=1024"},
      {"many", "503 application/json 0 "},              {"-1", "503 application/json 0 "},
      {"", "503 application/json 0 "},
      {"18446744073709551615", "503 application/json 0 "}};
  for (const auto& [status, expected] : cases) {
    router.trailers = {{"grpc-status", status}};
    EXPECT_EQ(Get("/books/7"), expected);
  }
  router.trailers = {{"x-last", "two"}};
  EXPECT_EQ(Get("/books/7"), "503 application/json 0 ");
  router.trailers = {{"grpc-status", "5"}, {"grpc-status", "5"}};
  EXPECT_EQ(Get("/books/7"), "503 application/json 0 ") << "they are one list";
}

TEST_F(TranscoderReplyTest, AReplyOfTrailersOnlyKeepsItsHeadersUnlessItIsConverted) {
  FailWithTrailersOnly(5, "none");
  router.headers.Add("x-own", "kept");
  EXPECT_EQ(Get("/books/7"), "404 application/grpc 0  grpc-status=5 grpc-message=none x-own=kept");
  EXPECT_EQ(Get("/list/7"), "404 application/json - [] grpc-status=5 grpc-message=none x-own=kept");
  EXPECT_EQ(Get("/download/7"), "404 application/json 0  grpc-status=5 grpc-message=none x-own=kept");
  config.stream_framing = Framing::kSse;
  EXPECT_EQ(Get("/list/7"), "404 text/event-stream 0  grpc-status=5 grpc-message=none x-own=kept");
  EXPECT_EQ(Get("/list/7", "HTTP/2"), "404 text/event-stream -  grpc-status=5 grpc-message=none x-own=kept");
  config.convert_grpc_status = true;
  for (const char* target : {"/books/7", "/list/7", "/download/7"}) {
    EXPECT_EQ(Get(target), R"(404 application/json 27 {"code":5,"message":"none"} x-own=kept)");
  }
  router.headers = {{"grpc-status", "0"}};
  EXPECT_EQ(Get("/books/7"), "200 application/grpc 0  grpc-status=0");
}

TEST_F(TranscoderReplyTest, ConvertedDetailsArePrintedIfTheirTypesAreKnown) {
  config.convert_grpc_status = true;
  FailWithTrailersOnly(3, "outer");
  google::rpc::Status status;
  status.set_code(13);
  status.set_message("inner");
  auto& detail = *status.add_details();
  detail.set_type_url("type.googleapis.com/transcoder.test.Book");
  detail.set_value(Wire(7));
  const std::string padded = absl::Base64Escape(status.SerializeAsString());
  const std::string json =
      R"({"code":13,"message":"inner","details":[{"@type":"type.googleapis.com/transcoder.test.Book","id":"7"}]})";
  const std::string unpadded = padded.substr(0, padded.find('='));
  for (const std::string& details : {padded, unpadded, unpadded + "=="}) {
    router.headers.Set("grpc-status-details-bin", details);
    EXPECT_EQ(Get("/books/7"), fmt::format("400 application/json {} {}", json.size(), json));
  }
  for (const char* broken : {"!!!", "//8=", "", "C A M", "CAM===", "CAMSAW1"}) {
    router.headers.Set("grpc-status-details-bin", broken);
    EXPECT_EQ(Get("/books/7"), R"(400 application/json 28 {"code":3,"message":"outer"})");
  }
  detail.set_type_url("type.googleapis.com/no.Such");
  const std::string unknown = absl::Base64Escape(status.SerializeAsString());
  router.headers.Set("grpc-status-details-bin", unknown);
  EXPECT_EQ(Get("/books/7"), "400 application/grpc 0  grpc-status=3 grpc-message=outer grpc-status-details-bin=" + unknown);
}

TEST_F(TranscoderReplyTest, WhatIsNotGrpcPassesThrough) {
  router.content_type = "text/html";
  router.data = {"<p>"};
  router.trailers = {{"x-last", "two"}};
  EXPECT_EQ(Get("/books/7"), "200 text/html - <p>");
  EXPECT_EQ(trailers, router.trailers);
  router.status = 404;
  router.content_type = "application/grpc";
  EXPECT_EQ(Get("/books/7"), "404 application/grpc - <p>");
  router.status = 503;
  router.content_type = "text/plain";
  router.local_reply = "upstream connect error";
  EXPECT_EQ(Get("/books/7"), "503 text/plain 22 upstream connect error");
  router.local_reply.clear();
  router.headers_only = true;
  router.status = 302;
  router.headers = {{"location", "/"}};
  EXPECT_EQ(Get("/list/7"), "302 text/plain 0  location=/");
}

TEST_F(TranscoderReplyTest, BadFramesAndMessagesAreABadGateway) {
  const std::string frame = BookFrame(7);
  router.data = {std::string("\1\0\0\0\2", 5) + Wire(7)};
  EXPECT_EQ(Get("/books/7"), "502 text/plain 30 Unsupported gRPC frame flag: 1");
  EXPECT_FALSE(router.reply.ok());
  router.data = {frame.substr(0, 3)};
  EXPECT_EQ(Get("/books/7"), "502 text/plain 37 Incomplete gRPC frame header received");
  router.data = {frame.substr(0, 6)};
  EXPECT_EQ(Get("/books/7"), "502 text/plain 53 Incomplete gRPC frame expected size: 2 actual size: 1");
  router.data = {Frame("\x08\x01\x08\x02")};
  EXPECT_EQ(Get("/books/7"), "502 text/plain 44 repeated entries for singular field number 1");
}

TEST_F(TranscoderReplyTest, AnUpstreamThatFailsBehindItsHeadCanStillBeToldOfAUnaryReply) {
  router.cuts = true;
  router.data = {BookFrame(7)};
  EXPECT_EQ(Get("/books/7"), "503 text/plain 18 upstream went away");
  EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"7"} CUT)");
}

TEST_F(TranscoderReplyTest, AStreamGoesMessageByMessageInItsFraming) {
  router.headers = {{"x-first", "one"}};
  router.data = {BookFrame(1), BookFrame(2) + BookFrame(3)};
  router.trailers = {{"grpc-status", "13"}};
  EXPECT_EQ(Get("/list/7", "HTTP/2"), R"(200 application/json - [{"id":"1"},{"id":"2"},{"id":"3"}] x-first=one)");
  EXPECT_EQ(trailers, router.trailers);
  config.stream_framing = Framing::kNewline;
  EXPECT_EQ(Get("/list/7"), "200 application/json - {\"id\":\"1\"}\n{\"id\":\"2\"}\n{\"id\":\"3\"}\n x-first=one");
  config.stream_framing = Framing::kSse;
  EXPECT_EQ(Get("/list/7"),
            "200 text/event-stream - data: {\"id\":\"1\"}\n\ndata: {\"id\":\"2\"}\n\ndata: {\"id\":\"3\"}\n\n x-first=one");
}

TEST_F(TranscoderReplyTest, AStreamMayBeCutAnywhere) {
  const std::string body = BookFrame(1) + BookFrame(22, "t") + Frame("");
  for (size_t cut = 0; cut <= body.size(); ++cut) {
    router.data = {body.substr(0, cut), body.substr(cut)};
    EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"1"},{"id":"22","title":"t"},{}])");
  }
}

TEST_F(TranscoderReplyTest, AStreamWithoutMessages) {
  EXPECT_EQ(Get("/list/7"), "200 application/json - []");
  Fail(5, "none");
  EXPECT_EQ(Get("/list/7"), "200 application/json - []");
  config.stream_framing = Framing::kNewline;
  EXPECT_EQ(Get("/list/7"), "200 application/json - ");
  config.stream_framing = Framing::kSse;
  EXPECT_EQ(Get("/list/7"), "200 text/event-stream - ");
  config.convert_grpc_status = true;
  EXPECT_EQ(Get("/list/7"), R"(200 text/event-stream - {"code":5,"message":"none"})");
}

TEST_F(TranscoderReplyTest, AStreamIsCutBehindItsLastGoodMessage) {
  router.data = {BookFrame(1), BookFrame(2) + Frame("\x08\x01\x08\x02")};
  EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"1"} CUT)") << "nothing of a frame with a fault";
  router.data = {BookFrame(1) + BookFrame(2).substr(0, 6)};
  EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"1"} CUT)");
}

TEST_F(TranscoderReplyTest, AMessageOverTheLimitIsNotTranscoded) {
  config.max_response_body_size = 20;
  router.data = {BookFrame(1, std::string(11, 'a'))};
  EXPECT_EQ(Get("/books/7"), R"(200 application/json 32 {"id":"1","title":"aaaaaaaaaaa"} grpc-status=0)");
  router.data = {BookFrame(1, std::string(12, 'a'))};
  EXPECT_EQ(Get("/books/7"), kTooLarge);
  router.data = {BookFrame(1, std::string(100, 'a')).substr(0, 21)};
  EXPECT_EQ(Get("/books/7"), kTooLarge) << "before it is complete";
  config.max_response_body_size.reset();
  buffers.http1 = 20;
  EXPECT_EQ(Get("/books/7"), kTooLarge);
  router.data = {BookFrame(1, std::string(12, 'a'))};
  EXPECT_TRUE(Get("/books/7", "HTTP/2").starts_with("200 ")) << "HTTP/2 has a limit of its own";
  buffers.http2 = 20;
  EXPECT_EQ(Get("/books/7", "HTTP/2"), kTooLarge);
}

TEST_F(TranscoderReplyTest, TheLimitCountsWhatEnvoysBuffersHold) {
  config.max_response_body_size = 64;
  const auto book = [](size_t bytes) { return Frame("\x12" + std::string(1, static_cast<char>(bytes - 2)) + std::string(bytes - 2, 'a')); };
  const std::pair<size_t, size_t> fit[] = {{28, 28}, {52, 7}, {7, 52}, {59, 0}};
  for (const auto& [first, second] : fit) {
    router.data = {book(first), second == 0 ? Frame("") : book(second)};
    EXPECT_TRUE(Get("/list/7").ends_with("]")) << first << " " << second;
  }
  router.data = {book(32), book(32)};
  EXPECT_EQ(Get("/list/7"), "200 application/json - [{\"title\":\"" + std::string(30, 'a') + "\"} CUT");
  router.data = {book(32), book(32).substr(0, 32), book(32).substr(32)};
  EXPECT_TRUE(Get("/list/7").ends_with("]")) << "the next message has begun";
  router.data = {book(12), book(12), book(12), book(12), book(12), book(12)};
  EXPECT_TRUE(Get("/list/7").ends_with("]")) << "only the last message lingers";
  router.data = {book(32), book(22)};
  EXPECT_EQ(Get("/books/7"), kTooLarge) << "what a unary reply has behind its message is kept beside the JSON";
}

TEST_F(TranscoderReplyTest, TheTrailerHeaderStaysWithAStream) {
  router.headers = {{"trailer", "grpc-status"}};
  router.data = {BookFrame(1)};
  EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"1"}] trailer=grpc-status)");
  router.headers_only = true;
  router.headers = {{"trailer", "grpc-status"}, {"grpc-status", "0"}};
  EXPECT_EQ(Get("/list/7"), "200 application/json - [] grpc-status=0");
}

TEST_F(TranscoderReplyTest, AMessageThatIsNotUtf8IsNotConverted) {
  config.convert_grpc_status = true;
  FailWithTrailersOnly(5, "bad %ff");
  EXPECT_EQ(Get("/books/7"), "404 application/grpc 0  grpc-status=5 grpc-message=bad %ff");
  FailWithTrailersOnly(5, "100% sure %4 %zz %41");
  EXPECT_EQ(Get("/books/7"), R"(404 application/json 41 {"code":5,"message":"100% sure %4 %zz A"})");
  router.headers = {{"grpc-status", "2147483648"}};
  EXPECT_EQ(Get("/books/7"), R"(500 application/json 20 {"code":-2147483648})");
}

std::string HttpBody(std::string content_type, std::string data) {
  google::api::HttpBody body;
  body.set_content_type(std::move(content_type));
  body.set_data(std::move(data));
  return body.SerializeAsString();
}

struct HttpBodyReplyTest : TranscoderReplyTest {
  static std::string File(std::string content_type, std::string data) {
    transcoder::test::Upload upload;
    upload.set_name("f");
    EXPECT_TRUE(upload.mutable_file()->ParseFromString(HttpBody(std::move(content_type), std::move(data))));
    return Frame(upload.SerializeAsString());
  }
  std::string Post() {
    HandClient client("POST", "/raw", "x");
    Serve(client);
    return Describe(client);
  }
};

TEST_F(HttpBodyReplyTest, AUnaryOneIsTheBytesAndTheType) {
  router.data = {Frame(HttpBody("a/b", "data"))};
  EXPECT_EQ(Post(), "200 a/b 4 data grpc-status=0");
  router.data = {Frame(HttpBody("", "data"))};
  EXPECT_EQ(Post(), "200  4 data grpc-status=0 content-type=");
  router.data = {"\1" + Frame(HttpBody("a/b", "data")).substr(1)};
  EXPECT_EQ(Post(), "200 a/b 4 data grpc-status=0") << "the frame's flag is not looked at";
  router.data = {Frame("")};
  EXPECT_EQ(Post(), "200 application/json 0  grpc-status=0");
  router.data = {};
  EXPECT_EQ(Post(), "200 application/json 0  grpc-status=0");
  router.data = {Frame(HttpBody("a/a", "a")) + Frame(HttpBody("b/b", "b"))};
  router.trailers = {{"grpc-status", "13"}};
  EXPECT_EQ(Post(), "500 a/a 1 a grpc-status=13");
}

TEST_F(HttpBodyReplyTest, ExtensionsAreLeftOut) {
  router.data = {Frame(HttpBody("a/b", "data") + std::string("\x1a\x02\x12\x00", 4))};
  EXPECT_EQ(Post(), "200 a/b 4 data grpc-status=0");
}

TEST_F(HttpBodyReplyTest, OneThatCannotBeReadResetsTheStream) {
  for (const char* broken : {"\x0a\xff", "\x0a\x02\xc3\x28"}) {
    router.data = {Frame(broken)};
    EXPECT_EQ(Post(), "0  -  CUT");
  }
  router.data = {File("a/a", "one"), File("a/a", "two") + Frame("\x0a\xff")};
  EXPECT_EQ(Get("/download/7"), "200 a/a - one CUT") << "nothing of a frame with a fault";
}

TEST_F(HttpBodyReplyTest, OneOverTheBufferIsAnInternalError) {
  buffers.http1 = 20;
  config.max_response_body_size = 2;
  router.data = {Frame(HttpBody("a/b", std::string(20, 'x')))};
  EXPECT_EQ(Post(), "200 a/b 20 xxxxxxxxxxxxxxxxxxxx grpc-status=0");
  router.data = {Frame(HttpBody("a/b", std::string(21, 'x')))};
  EXPECT_EQ(Post(), "500 text/plain 21 Internal Server Error");
  router.data = {File("a/a", std::string(21, 'x'))};
  EXPECT_EQ(Get("/download/7"), "200 a/a - xxxxxxxxxxxxxxxxxxxxx") << "streams are not bounded by it";
  const std::string over = router.data[0];
  const std::string at = File("a/a", std::string(20, 'x'));
  for (const size_t cut : {3, 18, 25}) {
    router.data = {over.substr(0, cut), over.substr(cut)};
    EXPECT_EQ(Get("/download/7"), "500 text/plain 21 Internal Server Error") << "their head waits for a second frame";
    router.data = {at.substr(0, cut), at.substr(cut)};
    EXPECT_EQ(Get("/download/7"), "200 a/a - xxxxxxxxxxxxxxxxxxxx");
  }
  router.data = {File("a/a", "x"), File("a/a", std::string(20000, 'x'))};
  EXPECT_EQ(Get("/download/7"), "200 a/a - x" + std::string(20000, 'x'));
}

TEST_F(HttpBodyReplyTest, AStreamIsJoinedAndHasTheTypeOfItsFirst) {
  router.data = {File("a/a", "one") + File("b/b", "two"), File("", "three")};
  EXPECT_EQ(Get("/download/7"), "200 a/a - onetwothree");
  router.data = {Frame(""), File("b/b", "two")};
  EXPECT_EQ(Get("/download/7"), "200 application/json - two");
  router.data = {};
  router.trailers = {{"grpc-status", "5"}, {"grpc-message", "none"}};
  EXPECT_EQ(Get("/download/7"), "200 application/json - ");
  config.convert_grpc_status = true;
  EXPECT_EQ(Get("/download/7"), R"(404 application/json 27 {"code":5,"message":"none"})");
}

TEST_F(HttpBodyReplyTest, AStreamThatFailsIsCutWhereErrorsOfStreamsAreTold) {
  router.data = {File("a/a", "one")};
  router.trailers = {{"grpc-status", "13"}};
  EXPECT_EQ(Get("/download/7"), "200 a/a - one");
  extensions = extensions.With(config::Extension::kStreamErrors);
  for (const char* version : {"HTTP/1.1", "HTTP/2"}) EXPECT_EQ(Get("/download/7", version), "200 a/a - one CUT");
}

TEST_F(HttpBodyReplyTest, OneThatCannotBeReadIsAnErrorWhereErrorsHaveAShape) {
  error_shape = ErrorShape::kStatus;
  router.data = {Frame("\x0a\xff")};
  EXPECT_TRUE(Post().starts_with(R"(500 application/json )")) << Post();
}

}  // namespace
}  // namespace minato::gateway

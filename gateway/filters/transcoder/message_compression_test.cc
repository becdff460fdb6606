// What --extensions=message_compression changes.
#include "gateway/filters/transcoder/transcoder_fixture.h"
#include "google/api/httpbody.pb.h"
#include "http/content_coding.h"

namespace minato::gateway {
namespace {

using http::ContentCoding;

struct MessageCompressionTest : TranscoderFixture {
  MessageCompressionTest() { extensions = extensions.With(config::Extension::kMessageCompression); }

  static std::string Compressed(std::string_view message, ContentCoding coding = ContentCoding::kGzip) {
    std::string frame(5, '\1');
    http::ContentEncoder::Create(coding, message.size())->Encode(message, http::ContentEncoder::Then::kEnd, frame);
    CloseGrpcFrame(frame);
    frame[0] = 1;
    return frame;
  }
  std::string Get(const std::string& target) {
    HandClient client("GET", target);
    Serve(client);
    return fmt::format("{} {} {}{}", client.status, client.content_type, client.answer, client.cut ? " CUT" : "");
  }
};

constexpr char kBook[] = R"(200 application/json {"id":"7","title":"a title"})";
constexpr char kTooLarge[] =
    "500 text/plain Response not transcoded because the transcoder's internal buffer size exceeds the configured limit.";

TEST_F(MessageCompressionTest, ACompressedReplyIsReadWhereverItIsCut) {
  for (const auto& [name, coding] : {std::pair("gzip", ContentCoding::kGzip), {"deflate", ContentCoding::kDeflate}}) {
    router.headers = {{"grpc-encoding", name}};
    const std::string frame = Compressed(Wire(7, "a title"), coding);
    for (size_t cut = 0; cut <= frame.size(); ++cut) {
      router.data = {frame.substr(0, cut), frame.substr(cut)};
      EXPECT_EQ(Get("/books/7"), kBook) << name << cut;
    }
  }
}

TEST_F(MessageCompressionTest, NotEveryMessageNeedsToBeCompressed) {
  for (const char* const encoding : {"gzip", "identity", "snappy"}) {
    router.headers = {{"grpc-encoding", encoding}};
    router.data = {BookFrame(7, "a title")};
    EXPECT_EQ(Get("/books/7"), kBook) << encoding;
  }
  router.headers = {{"grpc-encoding", "gzip"}};
  router.data = {Compressed(Wire(1)) + BookFrame(2) + Compressed(Wire(3)), Compressed("")};
  EXPECT_EQ(Get("/list/7"), R"(200 application/json [{"id":"1"},{"id":"2"},{"id":"3"},{}])");
}

TEST_F(MessageCompressionTest, WhatCannotBeReadIsABadGateway) {
  const auto answer = [&](std::string encoding, std::string frame) {
    router.headers.clear();
    if (!encoding.empty()) router.headers.Add("grpc-encoding", encoding);
    router.data = {std::move(frame)};
    return Get("/books/7");
  };
  EXPECT_EQ(answer("snappy", Compressed(Wire(7))), "502 text/plain Unsupported gRPC message encoding: snappy");
  EXPECT_EQ(answer("", Compressed(Wire(7))), "502 text/plain Unsupported gRPC frame flag: 1");
  EXPECT_EQ(answer("identity", Compressed(Wire(7))), "502 text/plain Unsupported gRPC frame flag: 1");
  EXPECT_EQ(answer("gzip", std::string("\2\0\0\0\0", 5)), "502 text/plain Unsupported gRPC frame flag: 2");
  EXPECT_EQ(answer("gzip", Compressed(Wire(7), ContentCoding::kDeflate)),
            "502 text/plain Compressed gRPC message is no gzip");
  std::string cut_off = Compressed(Wire(7));
  cut_off.pop_back();
  CloseGrpcFrame(cut_off);
  cut_off[0] = 1;
  EXPECT_EQ(answer("gzip", cut_off), "502 text/plain Compressed gRPC message ends before its gzip does");
}

TEST_F(MessageCompressionTest, TheLimitIsOfTheDecompressedMessage) {
  router.headers = {{"grpc-encoding", "gzip"}};
  router.data = {Compressed(Wire(7, std::string(1000, 'x')))};
  config.max_response_body_size = 1100;
  EXPECT_TRUE(Get("/books/7").starts_with("200"));
  config.max_response_body_size = 1000;
  EXPECT_EQ(Get("/books/7"), kTooLarge);
  router.data = {Compressed(std::string(50 << 20, '\0'))};  // a bomb
  EXPECT_EQ(Get("/books/7"), kTooLarge);
}

TEST_F(MessageCompressionTest, AStreamOfMessagesThatUnpackToMuchIsSentOneByOne) {
  router.headers = {{"grpc-encoding", "gzip"}};
  const std::string large = Compressed(Wire(7, std::string(100'000, 'x')));
  router.data = {large + large + large};
  HandClient client("GET", "/list/7");
  Serve(client);
  EXPECT_EQ(client.written.size(), 4u);  // and the end of the array
  EXPECT_GT(client.answer.size(), 300'000);
}

TEST_F(MessageCompressionTest, AnHttpBodyIsDecompressedToo) {
  google::api::HttpBody body;
  body.set_content_type("text/csv");
  body.set_data("a,b\n");
  router.headers = {{"grpc-encoding", "gzip"}};
  router.data = {Compressed(body.SerializeAsString())};
  const auto post = [&] {
    HandClient client("POST", "/raw");
    Serve(client);
    return fmt::format("{} {} {}", client.status, client.content_type, client.answer);
  };
  EXPECT_EQ(post(), "200 text/csv a,b\n");
  router.headers = {{"grpc-encoding", "snappy"}};
  EXPECT_EQ(post(), "502 text/plain Unsupported gRPC message encoding: snappy");
}

TEST_F(MessageCompressionTest, TheUpstreamIsToldWhatTheGatewayReadsNotWhatTheClientDoes) {
  router.data = {BookFrame(7)};
  const auto told = [&] {
    HandClient client("GET", "/books/7");
    client.request_headers = {{"grpc-accept-encoding", "snappy"}};
    Serve(client);
    return router.seen.FindAll("grpc-accept-encoding");
  };
  EXPECT_EQ(told(), (std::vector<std::string_view>{"identity,deflate,gzip"}));
  extensions = {};
  EXPECT_EQ(told(), (std::vector<std::string_view>{"snappy"}));
}

TEST_F(MessageCompressionTest, WithoutItTheFlagIsRefused) {
  extensions = {};
  router.headers = {{"grpc-encoding", "gzip"}};
  router.data = {Compressed(Wire(7))};
  EXPECT_EQ(Get("/books/7"), "502 text/plain Unsupported gRPC frame flag: 1");
}

}  // namespace
}  // namespace minato::gateway

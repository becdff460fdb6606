#include "gateway/filters/coding_filter.h"

#include <gtest/gtest.h>

#include "gateway/front/hand_client.h"
#include "gateway/http_status.h"
#include "runtime/manual_executor.h"

namespace minato::gateway {
namespace {

using http::ContentCoding;
using http::ContentDecoder;
using http::ContentEncoder;

std::string Encoded(ContentCoding coding, std::string_view body) {
  std::string out;
  ContentEncoder::Create(coding, body.size())->Encode(body, ContentEncoder::Then::kEnd, out);
  return out;
}

std::string Decoded(ContentCoding coding, std::string_view body) {
  std::string out;
  EXPECT_TRUE(http::DecodeWhole(coding, body, 10 << 20, out).ok());
  return out;
}

// Reads the body as it is told to, and answers likewise.
class Backend final : public RequestHandler {
 public:
  enum class Reads { kWhole, kPieces, kNothing };
  Reads reads = Reads::kWhole;
  size_t bytes_max = 1000;
  ResponseHead answer{.content_type = "application/json"};
  std::vector<std::string> pieces = {"{}"};
  bool streams = false;
  bool fails_instead = false;  // once the answer was started
  http::Headers trailers;

  ClientStream* stream = nullptr;
  http::Headers seen;
  std::string body;
  std::vector<std::string> body_pieces;
  Status read;

  Task<void> Serve(ClientStream& client) override {
    stream = &client;
    seen.clear();
    client.head().ForEach([&](std::string_view name, std::string_view value) { seen.Add(name, value); });
    if (reads == Reads::kWhole) {
      const StatusOr<std::string_view> whole = co_await client.ReadWhole(bytes_max);
      read = whole.status();
      if (whole.ok()) body = *whole;
    }
    while (reads == Reads::kPieces) {
      const StatusOr<std::optional<std::string_view>> piece = co_await client.ReadPiece();
      read = piece.status();
      if (!piece.ok() || !piece->has_value()) break;
      body += **piece;
      body_pieces.emplace_back(**piece);
    }
    if (!streams) {
      const Status sent = co_await client.Respond(answer, pieces[0]);
      co_return;
    }
    const Status started = co_await client.StartResponse(answer);
    if (fails_instead && client.response_status() == 0) {
      const Status sent = co_await client.Respond({.status = 503, .content_type = "text/plain"}, "gone");
      co_return;
    }
    for (const std::string& piece : pieces) const Status written = co_await client.Write(piece);
    const Status ended = co_await client.EndResponse(trailers);
  }
};

struct CodingFilterTest : testing::Test {
  // A request with a body, however it is cut.
  HandClient& Post(HandClient& client, std::string_view coding) {
    client.request_headers["content-encoding"] = coding;
    client.request_headers["content-type"] = "application/json";
    return Serve(client);
  }
  HandClient Get(std::string accept_encoding, std::string method = "GET") {
    HandClient client(std::move(method), "/");
    client.request_headers["accept-encoding"] = std::move(accept_encoding);
    Serve(client);
    return client;
  }
  HandClient& Serve(HandClient& client) {
    backend.body.clear();
    backend.body_pieces.clear();
    CodingFilter filter(backend, options);
    loop.Run(filter.Serve(client));
    return client;
  }
  static std::string CodingOf(const HandClient& client) {
    return std::string(client.headers.Find("content-encoding").value_or(""));
  }

  ManualExecutor loop;
  Backend backend;
  CodingFilter::Options options;
};

const std::string kJson = R"({"symbol":"ACME","priceCents":"9351"})";
const std::string kLong = [] {
  std::string text;
  while (text.size() < 2000) text += kJson;
  return text;
}();

TEST_F(CodingFilterTest, ABodyIsDecodedWhereverItIsCut) {
  for (const ContentCoding coding :
       {ContentCoding::kGzip, ContentCoding::kDeflate, ContentCoding::kBrotli, ContentCoding::kZstd}) {
    const std::string encoded = Encoded(coding, kJson);
    for (const Backend::Reads reads : {Backend::Reads::kWhole, Backend::Reads::kPieces}) {
      backend.reads = reads;
      for (size_t cut = 0; cut <= encoded.size(); ++cut) {
        HandClient client("POST", "/");
        client.pieces = {encoded.substr(0, cut), encoded.substr(cut)};
        Post(client, http::Name(coding));
        EXPECT_TRUE(backend.read.ok()) << backend.read;
        EXPECT_EQ(backend.body, kJson) << http::Name(coding) << cut;
      }
    }
  }
}

TEST_F(CodingFilterTest, NobodyBehindSeesThatItWasEncoded) {
  HandClient client("POST", "/", Encoded(ContentCoding::kGzip, kJson));
  client.request_headers = {{"content-length", "53"}, {"x-other", "1"}};
  Post(client, "gzip");
  EXPECT_EQ(backend.seen, (http::Headers{{"content-type", "application/json"}, {"x-other", "1"}}));
}

TEST_F(CodingFilterTest, ABodyThatIsDamagedOrCutOffIsABadRequest) {
  const std::string encoded = Encoded(ContentCoding::kGzip, kJson);
  const std::pair<std::string, std::string> cases[] = {
      {"{\"plain\": 1}", "the request body is no gzip"},
      {encoded + "garbage", "the request body is no gzip"},
      {encoded.substr(0, encoded.size() - 1), "the request body ends before its gzip does"}};
  for (const auto& [body, error] : cases) {
    for (const Backend::Reads reads : {Backend::Reads::kWhole, Backend::Reads::kPieces}) {
      backend.reads = reads;
      HandClient client("POST", "/", body);
      Post(client, "gzip");
      EXPECT_EQ(HttpStatusOf(backend.read), 400);
      EXPECT_EQ(MessageOf(backend.read), error);
    }
  }
}

TEST_F(CodingFilterTest, TheLimitOfABodyIsOfWhatItDecodesTo) {
  backend.bytes_max = kJson.size();
  HandClient fits("POST", "/", Encoded(ContentCoding::kZstd, kJson));
  Post(fits, "zstd");
  EXPECT_EQ(backend.body, kJson);
  HandClient bomb("POST", "/", Encoded(ContentCoding::kZstd, std::string(100 << 20, ' ')));
  Post(bomb, "zstd");
  EXPECT_EQ(HttpStatusOf(backend.read), 413);
  EXPECT_EQ(MessageOf(backend.read), "the request body decodes to more than 37 bytes (body_bytes_max)");
}

TEST_F(CodingFilterTest, ABodyInPiecesMayBeLongButNotABomb) {
  backend.reads = Backend::Reads::kPieces;
  options.limit = {.bytes_max = 100'000, .name = "some_bytes_max"};
  std::string varied;
  for (uint32_t i = 0, x = 1; i < 300'000; ++i, x = x * 1664525 + 1013904223) varied += static_cast<char>(x >> 26);
  HandClient longer("POST", "/", Encoded(ContentCoding::kGzip, varied));
  Post(longer, "gzip");
  EXPECT_TRUE(backend.body == varied);
  EXPECT_LE(backend.body_pieces[0].size(), 16 << 10);

  HandClient bomb("POST", "/", Encoded(ContentCoding::kZstd, std::string(100 << 20, ' ')));
  Post(bomb, "zstd");
  EXPECT_EQ(MessageOf(backend.read),
            "the request body decodes to more than 100000 bytes (some_bytes_max) and more than 100 times what came");
  EXPECT_EQ(HttpStatusOf(backend.read), 413);
  EXPECT_LE(backend.body.size(), 2 << 20);
}

TEST_F(CodingFilterTest, AnUnknownCodingAndSeveralAreRefusedWithThoseThatAreKnown) {
  for (const char* const codings : {"compress", "gzip, br", "GZIP,gzip", "identity, snappy"}) {
    HandClient client("POST", "/", "x");
    backend.stream = nullptr;
    Post(client, codings);
    EXPECT_EQ(client.status, 415) << codings;
    EXPECT_EQ(client.headers.Find("accept-encoding"), "zstd, br, gzip, deflate");
    EXPECT_EQ(backend.stream, nullptr);
  }
  HandClient client("POST", "/", "x");
  Post(client, "gzip, compress");
  EXPECT_EQ(client.answer, R"({"error":"the request body is encoded as \"gzip, compress\"; one of zstd, br, gzip, )"
                           R"(deflate can be read","code":3,"status":"INVALID_ARGUMENT","details":[]})");
  options.error_shape = ErrorShape::kEnvoy;
  HandClient again("POST", "/", "x");
  Post(again, "compress");
  EXPECT_EQ(again.content_type, "text/plain");
  EXPECT_EQ(again.answer, "the request body is encoded as \"compress\"; one of zstd, br, gzip, deflate can be read");
}

TEST_F(CodingFilterTest, IdentityAndNoBodyAreNoCoding) {
  for (const char* const codings : {"identity", "", " , Identity"}) {
    HandClient client("POST", "/", kJson);
    Post(client, codings);
    EXPECT_EQ(client.status, 200) << codings;
  }
  HandClient client("POST", "/");
  Post(client, "compress");
  EXPECT_EQ(client.status, 200);
}

TEST_F(CodingFilterTest, WhatDoesNotConcernItPassesAsItIs) {
  backend.pieces = {kLong};
  const auto passes = [&](HandClient& client) {
    Serve(client);
    return backend.stream == static_cast<ClientStream*>(&client) && client.answer == kLong &&
           !client.headers.Has("vary");
  };
  HandClient plain("POST", "/", kJson);
  EXPECT_TRUE(passes(plain));
  for (const char* const type : {"application/grpc", "application/grpc+proto", "application/grpc-web-text"}) {
    HandClient grpc("POST", "/", "x");
    grpc.request_headers = {{"content-type", type}, {"accept-encoding", "gzip"}, {"content-encoding", "snappy"}};
    EXPECT_TRUE(passes(grpc)) << type;
  }
  HandClient socket("GET", "/");
  socket.asks_for_websocket = true;
  socket.request_headers = {{"accept-encoding", "gzip"}};
  EXPECT_TRUE(passes(socket));
}

TEST_F(CodingFilterTest, AnAnswerIsEncodedAsTheClientLikesBest) {
  backend.pieces = {kLong};
  const std::pair<std::string, ContentCoding> cases[] = {{"gzip", ContentCoding::kGzip},
                                                         {"deflate", ContentCoding::kDeflate},
                                                         {"gzip, deflate, br", ContentCoding::kBrotli},
                                                         {"gzip, deflate, br, zstd", ContentCoding::kZstd},
                                                         {"gzip, br;q=0.5", ContentCoding::kGzip}};
  for (const auto& [accept, coding] : cases) {
    const HandClient client = Get(accept);
    EXPECT_EQ(CodingOf(client), http::Name(coding));
    EXPECT_EQ(Decoded(coding, client.answer), kLong);
    EXPECT_EQ(client.content_length, client.answer.size());
    EXPECT_EQ(client.headers.Find("vary"), "accept-encoding");
    EXPECT_EQ(client.content_type, "application/json");
  }
}

TEST_F(CodingFilterTest, OthersHaveTheirTurnWhileALongAnswerIsEncoded) {
  std::string longer;
  while (longer.size() < 1 << 20) longer += kJson + std::to_string(longer.size());
  backend.pieces = {longer};
  for (const ContentCoding coding : {ContentCoding::kGzip, ContentCoding::kBrotli, ContentCoding::kZstd}) {
    HandClient client("GET", "/");
    client.request_headers["accept-encoding"] = http::Name(coding);
    CodingFilter filter(backend, options);
    loop.Spawn(filter.Serve(client));
    EXPECT_EQ(client.status, 0) << "waits for its next turn";
    loop.Advance(absl::ZeroDuration());
    EXPECT_TRUE(Decoded(coding, client.answer) == longer);
  }
}

TEST_F(CodingFilterTest, CachesAreToldEvenIfThisClientTakesTheBodyAsItIs) {
  backend.pieces = {kLong};
  const HandClient client = Get("identity");
  EXPECT_EQ(client.answer, kLong);
  EXPECT_EQ(client.headers.FindAll("vary"), (std::vector<std::string_view>{"accept-encoding"}));
  backend.answer.headers = {{"vary", "origin, Accept-Encoding"}};
  EXPECT_EQ(Get("gzip").headers.FindAll("vary"), (std::vector<std::string_view>{"origin, Accept-Encoding"}));
  backend.answer.headers = {{"vary", "accept"}};
  EXPECT_EQ(Get("gzip").headers.FindAll("vary").size(), 2u);
}

TEST_F(CodingFilterTest, LeavesAloneWhatIsShortOrWouldNotShrinkOrMustNotBeTouched) {
  const auto untouched = [&](std::string method = "GET") {
    const HandClient client = Get("gzip", std::move(method));
    return CodingOf(client).empty() && client.answer == backend.pieces[0] && !client.headers.Has("vary");
  };
  backend.pieces = {std::string(1023, 'x')};
  EXPECT_TRUE(untouched());
  backend.pieces = {std::string(1024, 'x')};
  EXPECT_FALSE(untouched());
  EXPECT_TRUE(untouched("HEAD"));
  for (const int status : {204, 205, 206, 304}) {
    backend.answer.status = status;
    EXPECT_TRUE(untouched()) << status;
  }
  backend.answer.status = 404;
  EXPECT_FALSE(untouched());
  for (const char* const type : {"image/png", "application/octet-stream", "application/grpc", "application/zip", ""}) {
    backend.answer.content_type = type;
    EXPECT_TRUE(untouched()) << type;
  }
  for (const char* const type : {"application/problem+json", "Text/HTML; charset=utf-8", "image/svg+xml",
                                 "text/event-stream", "application/json ; x=1"}) {
    backend.answer.content_type = type;
    EXPECT_FALSE(untouched()) << type;
  }
  backend.answer.headers = {{"cache-control", "public, No-Transform"}};
  EXPECT_TRUE(untouched());
  backend.answer.headers = {{"content-encoding", "x"}};
  EXPECT_EQ(Get("gzip").answer, backend.pieces[0]);
  EXPECT_EQ(Get("gzip").headers.FindAll("content-encoding").size(), 1u);
}

TEST_F(CodingFilterTest, WhatDoesNotShrinkStaysAsItIs) {
  std::string noise;
  for (uint32_t i = 0, x = 1; i < 2000; ++i, x = x * 1664525 + 1013904223) noise += static_cast<char>(x >> 24);
  backend.pieces = {noise};
  const HandClient client = Get("gzip");
  EXPECT_EQ(CodingOf(client), "");
  EXPECT_TRUE(client.answer == noise);
  EXPECT_EQ(Decoded(ContentCoding::kGzip, Get("gzip, identity;q=0").answer), noise);
}

TEST_F(CodingFilterTest, AClientThatRefusesTheBodyAsItIsGetsEvenAShortOneEncoded) {
  const HandClient client = Get("gzip, identity;q=0");
  EXPECT_EQ(Decoded(ContentCoding::kGzip, client.answer), "{}");
  EXPECT_EQ(Get("snappy, *;q=0").answer, "{}");  // better than nothing
}

TEST_F(CodingFilterTest, AStrongTagBecomesWeak) {
  backend.pieces = {kLong};
  backend.answer.headers = {{"etag", "\"1\""}};
  EXPECT_EQ(Get("gzip").headers.Find("etag"), "W/\"1\"");
  EXPECT_EQ(Get("identity").headers.Find("etag"), "\"1\"");
  backend.answer.headers = {{"etag", "W/\"1\""}};
  EXPECT_EQ(Get("gzip").headers.FindAll("etag"), (std::vector<std::string_view>{"W/\"1\""}));
}

TEST_F(CodingFilterTest, EachMessageOfAStreamArrivesWhenItIsWritten) {
  backend.streams = true;
  backend.pieces = {"[" + kJson, "," + kJson, "", "]"};
  backend.trailers = {{"grpc-status", "0"}};
  for (const auto& [accept, coding] : {std::pair("gzip", ContentCoding::kGzip), {"br, zstd", ContentCoding::kZstd}}) {
    const HandClient client = Get(accept);
    EXPECT_EQ(CodingOf(client), http::Name(coding));
    EXPECT_EQ(client.content_length, std::nullopt);
    ASSERT_EQ(client.written.size(), 4u);  // three messages and the end
    const std::unique_ptr<ContentDecoder> decoder = ContentDecoder::Create(coding);
    const std::string messages[] = {backend.pieces[0], backend.pieces[1], "]", ""};
    for (size_t i = 0; i < 4; ++i) {
      std::string out;
      EXPECT_TRUE(http::DecodeAll(*decoder, client.written[i], 1000, out).ok());
      EXPECT_EQ(out, messages[i]);
    }
    EXPECT_TRUE(decoder->complete());
    EXPECT_TRUE(client.complete);
    EXPECT_EQ(client.trailers, backend.trailers);
  }
  EXPECT_EQ(CodingOf(Get("br")), "");  // takes too much memory for a stream
  backend.pieces.clear();
  EXPECT_EQ(Decoded(ContentCoding::kGzip, Get("gzip").answer), "");
}

TEST_F(CodingFilterTest, AnAnnouncedLengthIsKnownAgainIfTheBodyComesAtOnce) {
  backend.streams = true;
  backend.pieces = {kLong};
  backend.answer.content_length = kLong.size();
  const HandClient at_once = Get("gzip, br");
  EXPECT_EQ(Decoded(ContentCoding::kBrotli, at_once.answer), kLong);
  EXPECT_EQ(at_once.content_length, at_once.answer.size());
  EXPECT_TRUE(at_once.complete);

  backend.pieces = {"", kLong.substr(0, 100), kLong.substr(100)};
  const HandClient in_pieces = Get("gzip, br");
  EXPECT_EQ(Decoded(ContentCoding::kGzip, in_pieces.answer), kLong);
  EXPECT_EQ(in_pieces.content_length, std::nullopt);
  const HandClient only_br = Get("br");
  EXPECT_EQ(only_br.answer, kLong);
  EXPECT_EQ(only_br.content_length, kLong.size());

  backend.answer.content_length = 1023;
  backend.pieces = {std::string(1023, 'x')};
  EXPECT_EQ(Get("gzip").answer, backend.pieces[0]);
}

TEST_F(CodingFilterTest, AHeldAnswerMayStillBecomeAnotherOneOrNone) {
  backend.streams = true;
  backend.answer.content_length = 5000;
  backend.fails_instead = true;
  const HandClient failed = Get("gzip");
  EXPECT_EQ(failed.status, 503);
  EXPECT_EQ(failed.answer, "gone");
  backend.fails_instead = false;
  backend.pieces.clear();
  const HandClient nothing = Get("gzip");
  EXPECT_EQ(nothing.content_length, 5000);  // which its stream will not let pass
  EXPECT_EQ(nothing.answer, "");
}

}  // namespace
}  // namespace minato::gateway

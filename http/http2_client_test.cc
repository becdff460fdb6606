#include "http/http2_client.h"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include "http/http2_test_server.h"

namespace minato::http {
namespace {

// Writes down what it is told.
struct TestStream final : Http2ClientStream {
  std::string story;
  std::string body;
  std::string frames;  // where each ended
  Headers last_headers;
  Headers trailers;

  void OnHead(int status, Headers headers, bool ends) override {
    story += "head " + std::to_string(status) + (ends ? " ends; " : "; ");
    last_headers = std::move(headers);
  }
  void OnData(std::string_view piece) override { body += piece; }
  void OnDataFrame() override { frames += " " + std::to_string(body.size()); }
  void OnEnd(Headers end) override {
    story += "end; ";
    trailers = std::move(end);
  }
  void OnSent() override {}
  void OnClosed(Http2StreamEnd end, uint32_t code) override {
    constexpr std::string_view kNames[] = {"complete", "reset", "protocol", "gone"};
    story += std::string(kNames[static_cast<int>(end)]) + " " + std::to_string(code);
  }
};

constexpr std::pair<std::string_view, std::string_view> kHeaders[] = {{"content-type", "application/grpc"},
                                                                      {"te", "trailers"}};

Http2Client::Request Post(std::string_view path) {
  return {.method = "POST", .scheme = "http", .authority = "shelf.test", .path = path, .headers = kHeaders};
}

std::string Take(Http2Client& client) {
  std::string out;
  client.Produce(out, SIZE_MAX);
  return out;
}

// Both ways until nobody has anything to say. `cut`: bytes at a time to the client.
bool Exchange(Http2Client& client, Http2TestServer& server, size_t cut = SIZE_MAX) {
  while (true) {
    const std::string up = Take(client);
    if (!server.Feed(up)) return false;
    const std::string down = server.Produce();
    if (up.empty() && down.empty()) return true;
    for (std::string_view rest = down; !rest.empty(); rest.remove_prefix(std::min(cut, rest.size()))) {
      if (!client.Feed(rest.substr(0, cut)).ok()) return false;
    }
  }
}

struct Pair {
  explicit Pair(Http2TestServerOptions server_options = {}, Http2ClientOptions client_options = {})
      : server(server_options), client(client_options) {
    EXPECT_TRUE(Exchange(client, server));
  }
  Http2TestServer server;
  Http2Client client;
};

TEST(Http2Client, AsksAndIsAnswered) {
  TestStream stream;
  Pair pair;
  pair.client.Submit(stream, Post("/a.B/C"), false);
  pair.client.Write(stream, "hello");
  pair.client.End(stream, {});
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  const Http2TestServer::Request& request = pair.server.requests.at(1);
  EXPECT_EQ(request.head, (Headers{{":method", "POST"}, {":scheme", "http"}, {":authority", "shelf.test"},
                                   {":path", "/a.B/C"}, {"content-type", "application/grpc"}, {"te", "trailers"}}));
  EXPECT_EQ(request.body, "hello");
  EXPECT_TRUE(request.ended);
  EXPECT_EQ(request.data_frames, 1);  // the end goes with the bytes
  pair.server.Answer(1, "world", {{"grpc-status", "0"}});
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(stream.story, "head 200; end; complete 0");
  EXPECT_EQ(stream.body, "world");
  EXPECT_EQ(stream.trailers, (Headers{{"grpc-status", "0"}}));
  EXPECT_EQ(pair.client.streams(), 0);
}

TEST(Http2Client, TakesAnswersCutAnywhere) {
  const auto run = [](size_t cut) {
    TestStream stream;
    Http2TestServer server;
    Http2Client client({});
    if (!Exchange(client, server, cut)) return std::string("broken");
    client.Submit(stream, Post("/x"), true);
    if (!Exchange(client, server, cut)) return std::string("broken");
    server.Interim(1, 103);
    server.Answer(1, std::string(40000, 'b'), {{"grpc-status", "5"}, {"grpc-message", "none"}});
    if (!Exchange(client, server, cut)) return std::string("broken");
    return stream.story + "|" + stream.frames + "|" + std::to_string(stream.trailers.size());
  };
  const std::string whole = run(SIZE_MAX);
  EXPECT_EQ(whole, "head 103; head 200; end; complete 0| 16384 32768 40000|2");
  for (size_t cut = 1; cut < 40; ++cut) EXPECT_EQ(run(cut), whole) << cut;
}

TEST(Http2Client, SendsTrailers) {
  TestStream stream;
  Pair pair;
  pair.client.Submit(stream, Post("/x"), false);
  pair.client.Write(stream, "a");
  pair.client.End(stream, {{"x-sum", "1"}});
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(pair.server.requests.at(1).trailers, (Headers{{"x-sum", "1"}}));
  pair.client.Reset(stream, NGHTTP2_CANCEL);
}

TEST(Http2Client, KeepsAnAnswerThatIsAHeadOnly) {
  TestStream stream;
  Pair pair;
  pair.client.Submit(stream, Post("/x"), true);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  pair.server.Head(1, 200, {{"grpc-status", "12"}}, true);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(stream.story, "head 200 ends; complete 0");
  EXPECT_EQ(stream.last_headers, (Headers{{"grpc-status", "12"}}));
}

TEST(Http2Client, KeepsToOneStreamUntilThePeerSaidHowMany) {
  TestStream first;
  TestStream second;
  Http2TestServer server({.max_concurrent_streams = 2});
  Http2Client client({});
  ASSERT_TRUE(client.CanSubmit());
  client.Submit(first, Post("/1"), true);
  EXPECT_FALSE(client.CanSubmit());
  ASSERT_TRUE(Exchange(client, server));
  EXPECT_EQ(client.streams_max(), 2);
  ASSERT_TRUE(client.CanSubmit());
  client.Submit(second, Post("/2"), true);
  EXPECT_FALSE(client.CanSubmit());
  ASSERT_TRUE(Exchange(client, server));
  EXPECT_EQ(server.requests.size(), 2);
  server.AnnounceMaxStreams(7);
  ASSERT_TRUE(Exchange(client, server));
  EXPECT_EQ(client.streams_max(), 7);
  client.Abandon(Http2StreamEnd::kConnectionGone);
  EXPECT_EQ(first.story, "gone 0");
}

TEST(Http2Client, ToldOfAReset) {
  TestStream before_head;
  TestStream in_body;
  Pair pair;
  pair.client.Submit(before_head, Post("/1"), true);
  pair.client.Submit(in_body, Post("/2"), false);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  pair.server.Reset(1, NGHTTP2_REFUSED_STREAM);
  pair.server.Head(3, 200, {});
  pair.server.Body(3, "some");
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  pair.server.Reset(3, NGHTTP2_INTERNAL_ERROR);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(before_head.story, "reset 7");
  EXPECT_EQ(in_body.story, "head 200; reset 2");
}

TEST(Http2Client, CompleteAnswerStaysCompleteWhenTheRequestIsRefused) {
  TestStream stream;
  Pair pair;
  pair.client.Submit(stream, Post("/1"), false);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  pair.server.Head(1, 200, {{"grpc-status", "8"}}, true);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(stream.story, "head 200 ends; ");
  pair.server.Reset(1, NGHTTP2_NO_ERROR);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(stream.story, "head 200 ends; complete 0");
}

TEST(Http2Client, FinishesWhatAGoodbyeLeftAndIsRefusedTheRest) {
  TestStream kept;
  TestStream refused;
  TestStream unsent;
  Pair pair;
  pair.client.Submit(kept, Post("/1"), true);
  pair.client.Submit(refused, Post("/2"), true);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  pair.server.GoAway(1);
  pair.client.Submit(unsent, Post("/3"), true);
  ASSERT_TRUE(pair.client.Feed(pair.server.Produce()).ok());
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(refused.story, "reset 7");
  EXPECT_EQ(unsent.story, "reset 7");
  EXPECT_FALSE(pair.client.accepts_streams());
  pair.server.Answer(1, "done");
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(kept.story, "head 200; end; complete 0");
}

TEST(Http2Client, KeepsTheWindowClosedForWhatNobodyTook) {
  constexpr uint32_t kWindow = 70000;
  TestStream stream;
  Pair pair({}, {.stream_window_bytes = kWindow});
  pair.client.Submit(stream, Post("/1"), true);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  pair.server.Answer(1, std::string(200000, 'z'));
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(stream.body.size(), kWindow);
  pair.client.Consume(stream, kWindow);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(stream.body.size(), 2 * kWindow);
  pair.client.Consume(stream, kWindow);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(stream.story, "head 200; end; complete 0");
}

TEST(Http2Client, ConnectionWindowComesBackFromStreamsThatAreGone) {
  constexpr uint32_t kWindow = 100000;
  Pair pair({}, {.stream_window_bytes = kWindow, .connection_window_bytes = kWindow});
  for (int i = 0; i < 10; ++i) {
    TestStream stream;
    pair.client.Submit(stream, Post("/1"), true);
    ASSERT_TRUE(Exchange(pair.client, pair.server));
    pair.server.Answer(2 * i + 1, std::string(60000, 'z'));
    ASSERT_TRUE(Exchange(pair.client, pair.server));
    ASSERT_EQ(stream.body.size(), 60000) << i;
    pair.client.Discard(60000);
  }
}

TEST(Http2Client, WaitsForThePeersWindow) {
  TestStream stream;
  Pair pair({.window_bytes = 1000, .take_bodies = false});
  pair.client.Submit(stream, Post("/1"), false);
  pair.client.Write(stream, std::string(2500, 'q'));
  pair.client.End(stream, {});
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(pair.server.requests.at(1).body.size(), 1000);
  EXPECT_EQ(stream.unsent(), 1500);
  pair.client.Reset(stream, NGHTTP2_CANCEL);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(pair.server.requests.at(1).reset, NGHTTP2_CANCEL);
}

TEST(Http2Client, ProducesNoMoreThanAskedFor) {
  TestStream stream;
  Pair pair({.window_bytes = 1 << 20});
  pair.client.Submit(stream, Post("/1"), false);
  pair.client.Write(stream, std::string(60000, 'q'));
  pair.client.End(stream, {});
  std::string all;
  size_t rounds = 0;
  for (bool more = true; more; ++rounds) {
    std::string out;
    more = pair.client.Produce(out, 10000);
    EXPECT_LT(out.size(), 10000 + 16384 + 100);
    all += out;
  }
  EXPECT_GE(rounds, 3);
  ASSERT_TRUE(pair.server.Feed(all));
  EXPECT_EQ(pair.server.requests.at(1).body.size(), 60000);
  pair.client.Reset(stream, NGHTTP2_CANCEL);
}

TEST(Http2Client, AResetBeforeAnythingWasSentSendsNoBody) {
  Pair pair;
  {
    TestStream stream;
    pair.client.Submit(stream, Post("/1"), false);
    pair.client.Write(stream, "x");
    pair.client.Reset(stream, NGHTTP2_CANCEL);
  }
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(pair.server.requests.at(1).body, "");
  EXPECT_EQ(pair.server.requests.at(1).reset, NGHTTP2_CANCEL);
}

TEST(Http2Client, AHeadIsEncodedBeforeSubmitReturns) {
  Pair pair;
  TestStream stream;
  {
    std::string path = "/a";
    std::string value = "b";
    Http2Client::Request request = Post(path);
    const std::pair<std::string_view, std::string_view> header("x-a", value);
    request.headers = {&header, 1};
    pair.client.Submit(stream, request, true);
    path = "/c";
    value = "d";
  }
  EXPECT_TRUE(pair.client.WantsToProduce());
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(pair.server.requests.at(1).head.Find(":path"), "/a");
  EXPECT_EQ(pair.server.requests.at(1).head.Find("x-a"), "b");
  pair.client.Reset(stream, NGHTTP2_CANCEL);
}

TEST(Http2Client, AHeadLargerThanCanBeEncodedEndsItsStreamAlone) {
  Pair pair;
  const std::string value(100'000, '~');  // 13 bits each in Huffman's code, 8 without
  TestStream large;
  TestStream small;
  Http2Client::Request request = Post("/large");
  const std::pair<std::string_view, std::string_view> header("x-a", value);
  request.headers = {&header, 1};
  pair.client.Submit(large, request, true);
  EXPECT_EQ(large.story.substr(0, 5), "reset");
  EXPECT_EQ(pair.client.streams(), 0u);
  pair.client.Submit(small, Post("/small"), true);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  ASSERT_EQ(pair.server.requests.size(), 1u);
  EXPECT_EQ(pair.server.requests.begin()->second.head.Find(":path"), "/small");
  pair.client.Reset(small, NGHTTP2_CANCEL);
}

TEST(Http2Client, RefusesBytesThatAreNoHttp2) {
  TestStream stream;
  Http2Client client({});
  client.Submit(stream, Post("/1"), true);
  const Status fed = client.Feed("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
  const std::string out = Take(client);
  EXPECT_TRUE(client.failed());
  EXPECT_FALSE(client.Feed("more").ok());
  EXPECT_FALSE(client.CanSubmit());
  client.Abandon(Http2StreamEnd::kProtocolError);
  EXPECT_EQ(stream.story.substr(0, 8), "protocol");
}

TEST(Http2Client, RefusesHeadsBeyondTheBound) {
  TestStream stream;
  Pair pair({}, {.head_bytes_max = 1000});
  pair.client.Submit(stream, Post("/1"), true);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  pair.server.Head(1, 200, {{"x-long", std::string(2000, 'h')}}, true);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_EQ(stream.story, "reset 2");
}

TEST(Http2Client, CountsTheStatusToTheHead) {
  for (const bool fits : {true, false}) {
    TestStream stream;
    // ":status" and "200", "x" and "y"
    Pair pair({}, {.head_bytes_max = fits ? 12u : 11u});
    pair.client.Submit(stream, Post("/1"), true);
    ASSERT_TRUE(Exchange(pair.client, pair.server));
    pair.server.Head(1, 200, {{"x", "y"}}, true);
    ASSERT_TRUE(Exchange(pair.client, pair.server));
    EXPECT_EQ(stream.story.starts_with("head 200"), fits) << stream.story;
    TestStream second;
    Pair other({}, {.head_fields_max = fits ? 2u : 1u});
    other.client.Submit(second, Post("/1"), true);
    ASSERT_TRUE(Exchange(other.client, other.server));
    other.server.Head(1, 200, {{"x", "y"}}, true);
    ASSERT_TRUE(Exchange(other.client, other.server));
    EXPECT_EQ(second.story.starts_with("head 200"), fits) << second.story;
  }
}

TEST(Http2Client, RefusesEndlessInformationalHeads) {
  TestStream stream;
  Pair pair;
  pair.client.Submit(stream, Post("/1"), true);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  for (int i = 0; i < 30; ++i) pair.server.Interim(1, 103);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_NE(stream.story.find("protocol 11"), std::string::npos) << stream.story;
}

TEST(Http2Client, RefusesTwoFramesOfDataWithoutContentInARow) {
  TestStream stream;
  Pair pair;
  pair.client.Submit(stream, Post("/1"), true);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  pair.server.Head(1, 200, {});
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  const std::string empty("\0\0\0\0\0\0\0\0\1", 9);
  const std::string padding_only("\0\0\3\0\x8\0\0\0\1\2\0\0", 12);
  const std::string content("\0\0\1\0\0\0\0\0\1x", 10);
  EXPECT_TRUE(pair.client.Feed(empty).ok());
  EXPECT_TRUE(pair.client.Feed(content).ok());
  EXPECT_TRUE(pair.client.Feed(empty).ok());
  EXPECT_FALSE(pair.client.Feed(padding_only).ok());
}

TEST(Http2Client, RefusesAFloodOfSettings) {
  TestStream stream;
  Pair pair;
  pair.client.Submit(stream, Post("/1"), true);
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  const std::string settings("\0\0\0\4\0\0\0\0\0", 9);
  Status fed;
  for (int i = 0; i < 1001 && fed.ok(); ++i) {
    fed = pair.client.Feed(settings);
    std::string acknowledged;
    pair.client.Produce(acknowledged, 1 << 20);
  }
  EXPECT_FALSE(fed.ok());
}

TEST(Http2Client, StartsNothingBehindItsGoodbyeToAPeerThatBrokeTheProtocol) {
  Pair pair;
  const std::string data_without_a_stream("\0\0\1\0\0\0\0\0\0x", 10);
  ASSERT_TRUE(pair.client.Feed(data_without_a_stream).ok());
  ASSERT_TRUE(pair.client.CanSubmit()) << "it has not said so yet";
  TestStream stream;
  pair.client.Submit(stream, Post("/1"), true);
  EXPECT_EQ(stream.story.substr(0, 8), "protocol");
  EXPECT_EQ(pair.client.streams(), 0u);
  EXPECT_TRUE(pair.client.failed());
  ASSERT_TRUE(pair.server.Feed(Take(pair.client)));
  EXPECT_EQ(pair.server.goaway_code, NGHTTP2_PROTOCOL_ERROR);
  EXPECT_TRUE(pair.server.requests.empty());
}

TEST(Http2Client, SaysGoodbye) {
  Pair pair;
  pair.client.SayGoodbye();
  ASSERT_TRUE(Exchange(pair.client, pair.server));
  EXPECT_TRUE(pair.server.goaway);
  EXPECT_EQ(pair.server.goaway_code, 0);
}

}  // namespace
}  // namespace minato::http

#include "http/http2_server.h"

#include <functional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "http/http2_test_client.h"

namespace minato::http {
namespace {

using Client = Http2TestClient;

std::string Describe(const Http2RequestHead& head) {
  std::string text = fmt::format("{} {} path={} query={} authority={}\n", head.method(), head.target(), head.path(),
                                 head.query(), head.authority());
  for (size_t i = 0; i < head.header_count(); ++i) {
    text += fmt::format("{}={}\n", head.header(i).name, head.header(i).value);
  }
  return text;
}

// The server, and what its events say.
class Server : private Http2Server::Events {
 public:
  explicit Server(Http2Limits limits = {}) : codec(*this, limits, absl::UnixEpoch()) {}
  ~Server() {
    for (Http2ServerStream* const stream : arrived) codec.Release(*stream);
  }

  bool Receive(std::string_view bytes) {
    // A copy: a view that is kept too long is seen by the address sanitizer.
    const std::string copy(bytes);
    return codec.Receive(copy, now);
  }
  std::string Send(size_t bytes_max = SIZE_MAX / 2) {
    std::string out;
    codec.Send(out, bytes_max);
    return out;
  }
  std::string Take(Http2ServerStream& stream) {
    std::string taken;
    while (stream.has_frame()) taken += codec.TakeFrame(stream);
    return taken;
  }
  void Answer(Http2ServerStream& stream, int status, std::string_view body) {
    codec.BeginAnswer(stream, status);
    EXPECT_TRUE(codec.AddHeader(stream, "content-type", "text/plain"));
    codec.FinishHead(stream);
    codec.Write(stream, body);
    codec.End(stream);
  }
  void Release(Http2ServerStream& stream) {
    std::erase(arrived, &stream);
    codec.Release(stream);
  }

  absl::Time now = absl::UnixEpoch();
  Http2Server codec;
  std::vector<Http2ServerStream*> arrived;  // and not released
  int requests = 0;
  int received = 0;
  int taken = 0;
  int closed = 0;

 private:
  void OnRequest(Http2ServerStream& stream) override {
    arrived.push_back(&stream);
    ++requests;
  }
  void OnReceived(Http2ServerStream&) override { ++received; }
  void OnTaken(Http2ServerStream&) override { ++taken; }
  void OnClosed(Http2ServerStream& stream) override {
    EXPECT_TRUE(stream.closed());
    ++closed;
  }
};

// Hands everything over until neither has anything to say.
void Exchange(Client& client, Server& server) {
  for (;;) {
    const std::string there = client.Write();
    if (!there.empty()) server.Receive(there);
    const std::string back = server.Send();
    if (!back.empty()) client.Read(back);
    if (there.empty() && back.empty()) return;
  }
}

TEST(Http2Server, TellsAHeadAsItWasSent) {
  Client client;
  Server server;
  client.Request(Client::Get("/a/b?c=d", {{"x-a", "1"}, {"user-agent", "test"}, {"x-a", "2"}}));
  Exchange(client, server);
  ASSERT_EQ(server.arrived.size(), 1u);
  const Http2ServerStream& stream = *server.arrived[0];
  EXPECT_EQ(Describe(stream.head()), "GET /a/b?c=d path=/a/b query=c=d authority=test\nx-a=1\nuser-agent=test\nx-a=2\n");
  EXPECT_EQ(stream.head().scheme(), "http");
  EXPECT_EQ(stream.head().Find(KnownHeader::kUserAgent), "test");
  EXPECT_EQ(stream.head().Find("x-a"), "1");
  EXPECT_EQ(stream.head().Find(KnownHeader::kOrigin), std::nullopt);
  EXPECT_TRUE(stream.request_ended());
  EXPECT_EQ(stream.head().error().fault, Http1Fault::kNone);
}

TEST(Http2Server, JoinsCookiesAndPrefersTheAuthorityToHost) {
  Client client;
  Server server;
  client.Request(Client::Get("/", {{"cookie", "a=1"}, {"host", "other"}, {"cookie", "b=2"}, {"x", "y"}}));
  client.Request({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {"x", "y"}, {"host", "alone"}});
  Exchange(client, server);
  ASSERT_EQ(server.arrived.size(), 2u);
  EXPECT_EQ(Describe(server.arrived[0]->head()), "GET / path=/ query= authority=test\ncookie=a=1; b=2\nx=y\n");
  EXPECT_EQ(server.arrived[0]->head().Find(KnownHeader::kCookie), "a=1; b=2");
  EXPECT_EQ(server.arrived[0]->head().Find(KnownHeader::kHost), std::nullopt);
  EXPECT_EQ(Describe(server.arrived[1]->head()), "GET / path=/ query= authority=alone\nx=y\nhost=alone\n");
}

// One conversation, for cutting: two requests with a body and trailers, one without, and a reset.
std::string Conversation() {
  Client client;
  client.Request(Client::Get("/one?q", {{"content-length", "5"}}), "hello");
  client.Request(Client::Get("/two", {{"x-long", std::string(20'000, 'l')}}), std::string(40'000, 'b'), false,
                 {{"x-trailer", "t"}});
  const int32_t third = client.Request(Client::Get("/three"));
  std::string bytes = client.Write();
  client.Reset(third);
  return bytes + client.Write();
}

std::string Transcript(Server& server) {
  std::string text = fmt::format("requests={} closed={}\n", server.requests, server.closed);
  for (Http2ServerStream* const stream : server.arrived) {
    text += Describe(stream->head());
    for (const HeaderField field : stream->request_trailers()) {
      text += fmt::format("trailer {}={}\n", field.name, field.value);
    }
    text += fmt::format("ended={} body={}\n", stream->request_ended(), server.Take(*stream));
  }
  return text;
}

TEST(Http2Server, TakesItsInputInAnyPieces) {
  const std::string bytes = Conversation();
  std::string whole;
  {
    Server server;
    EXPECT_TRUE(server.Receive(bytes));
    whole = Transcript(server);
  }
  EXPECT_NE(whole.find("trailer x-trailer=t\nended=true body=bbb"), whole.npos);
  EXPECT_NE(whole.find("requests=3 closed=1\n"), whole.npos);
  for (size_t cut = 0; cut < bytes.size(); cut += cut < 300 || cut + 300 > bytes.size() ? 1 : 97) {
    Server server;
    EXPECT_TRUE(server.Receive(std::string_view(bytes).substr(0, cut)));
    EXPECT_TRUE(server.Receive(std::string_view(bytes).substr(cut)));
    ASSERT_EQ(Transcript(server), whole) << cut;
  }
  Server server;
  for (const char& byte : bytes) ASSERT_TRUE(server.Receive({&byte, 1}));
  EXPECT_EQ(Transcript(server), whole);
}

TEST(Http2Server, AnswersWithHeadBodyAndTrailers) {
  Client client;
  Server server;
  const int32_t id = client.Request(Client::Get("/"));
  Exchange(client, server);
  Http2ServerStream& stream = *server.arrived[0];
  server.codec.BeginAnswer(stream, 200);
  EXPECT_TRUE(server.codec.AddHeader(stream, "x-a", " trimmed "));
  EXPECT_FALSE(server.codec.AddHeader(stream, "x-b", "line\r\nbreak"));
  EXPECT_FALSE(server.codec.AddHeader(stream, "X-Upper", "case"));
  EXPECT_FALSE(server.codec.AddHeader(stream, "", "nameless"));
  server.codec.FinishHead(stream);
  Exchange(client, server);
  EXPECT_EQ(client.answers[id].head, ":status=200\nx-a=trimmed\n");
  EXPECT_FALSE(client.answers[id].complete);
  server.codec.Write(stream, "one ");
  server.codec.Write(stream, "two");
  Exchange(client, server);
  EXPECT_EQ(client.answers[id].body, "one two");
  server.codec.End(stream, {{"grpc-status", "0"}, {"bad", "a\nb"}});
  Exchange(client, server);
  EXPECT_EQ(client.answers[id].trailers, "grpc-status=0\n");
  EXPECT_EQ(client.answers[id].closed, NGHTTP2_NO_ERROR);
  EXPECT_TRUE(stream.closed());
  EXPECT_EQ(server.codec.open_streams(), 0u);
}

TEST(Http2Server, AHeadThatNothingFollowsEndsTheStreamItself) {
  Client client;
  Server server;
  client.Request(Client::Get("/"));
  Exchange(client, server);
  Http2ServerStream& stream = *server.arrived[0];
  server.codec.BeginAnswer(stream, 200);
  server.codec.FinishHead(stream);
  server.codec.End(stream);
  const std::string sent = server.Send();
  ASSERT_EQ(sent.size(), 9u + 1u);  // ":status 200" is one byte of HPACK
  EXPECT_EQ(sent[3], NGHTTP2_HEADERS);
  EXPECT_EQ(sent[4], NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM);
}

TEST(Http2Server, ACutAnswerDeliversWhatWasWrittenAndIsReset) {
  Client client;
  Server server;
  const int32_t id = client.Request(Client::Get("/"));
  const int32_t silent = client.Request(Client::Get("/"));
  Exchange(client, server);
  Http2ServerStream& stream = *server.arrived[0];
  server.codec.BeginAnswer(stream, 200);
  server.codec.FinishHead(stream);
  server.codec.Write(stream, "half");
  server.codec.Cut(stream);
  server.codec.Cut(*server.arrived[1]);
  Exchange(client, server);
  EXPECT_EQ(client.answers[id].body, "half");
  EXPECT_FALSE(client.answers[id].complete);
  EXPECT_EQ(client.answers[id].closed, NGHTTP2_INTERNAL_ERROR);
  EXPECT_EQ(client.answers[silent].closed, NGHTTP2_INTERNAL_ERROR);
}

TEST(Http2Server, SaysContinueBeforeTheAnswer) {
  Client client;
  Server server;
  const int32_t id = client.Request(Client::Get("/", {{"expect", "100-continue"}}), "", true);
  Exchange(client, server);
  Http2ServerStream& stream = *server.arrived[0];
  EXPECT_TRUE(stream.head().expects_continue());
  server.codec.Continue(stream);
  Exchange(client, server);
  EXPECT_EQ(client.answers[id].head, ":status=100\n");
  client.Data(id, "body", false);
  Exchange(client, server);
  EXPECT_EQ(server.Take(stream), "body");
  server.Answer(stream, 200, "");
  Exchange(client, server);
  EXPECT_EQ(client.answers[id].head, ":status=100\n:status=200\ncontent-type=text/plain\n");
}

TEST(Http2Server, GivesABodyInTheFramesThatItCameIn) {
  Client client;
  Server server;
  Exchange(client, server);
  const int32_t id = client.Request(Client::Get("/"), "one", true);
  std::string sent = client.Write();
  client.Data(id, "two", true);
  sent += client.Write();
  ASSERT_TRUE(server.Receive(std::string_view(sent).substr(0, sent.size() - 1)));
  ASSERT_EQ(server.arrived.size(), 1u);
  Http2ServerStream& stream = *server.arrived[0];
  EXPECT_EQ(stream.received_bytes(), 5u);
  EXPECT_EQ(server.codec.TakeFrame(stream), "one");
  EXPECT_FALSE(stream.has_frame());
  ASSERT_TRUE(server.Receive(std::string_view(sent).substr(sent.size() - 1)));
  ASSERT_TRUE(stream.has_frame());
  EXPECT_EQ(server.codec.TakeFrame(stream), "two");
  EXPECT_FALSE(stream.has_frame());
  EXPECT_EQ(stream.received_bytes(), 0u);
}

TEST(Http2Server, WhatNobodyTakesKeepsTheWindowClosed) {
  Client client;
  Server server({.stream_window_bytes = 100'000, .connection_window_bytes = 150'000});
  Exchange(client, server);
  client.Request(Client::Get("/"), std::string(1 << 20, 'a'));
  client.Request(Client::Get("/"), std::string(1 << 20, 'b'));
  Exchange(client, server);
  ASSERT_EQ(server.arrived.size(), 2u);
  Http2ServerStream& first = *server.arrived[0];
  Http2ServerStream& second = *server.arrived[1];
  EXPECT_EQ(first.received_bytes() + second.received_bytes(), 150'000u);
  EXPECT_LE(first.received_bytes(), 100'000u);
  size_t all = 0;
  while (!first.request_ended()) {
    all += server.Take(first).size();
    Exchange(client, server);
    ASSERT_LE(first.received_bytes() + second.received_bytes(), 150'000u);
  }
  EXPECT_EQ(all + first.received_bytes(), 1u << 20);
}

TEST(Http2Server, WhatWasNotTakenOfAResetStreamDoesNotNarrowTheConnection) {
  Client client;
  Server server({.stream_window_bytes = 50'000, .connection_window_bytes = 65'535});
  Exchange(client, server);
  for (int i = 0; i < 20; ++i) {
    const int32_t id = client.Request(Client::Get("/"), std::string(50'000, 'a'), true);
    Exchange(client, server);
    ASSERT_EQ(server.arrived.size(), 1u);
    ASSERT_EQ(server.arrived[0]->received_bytes(), 50'000u) << i;
    if (i % 2 == 0) {
      client.Reset(id);
      Exchange(client, server);
      server.Release(*server.arrived[0]);
    } else {
      server.Answer(*server.arrived[0], 200, "enough");
      server.Release(*server.arrived[0]);
      Exchange(client, server);
      EXPECT_EQ(client.answers[id].closed, NGHTTP2_NO_ERROR);  // the rest was called off
    }
  }
}

TEST(Http2Server, ASlowClientHoldsTheOutputBack) {
  Client client(/*reads_by_itself=*/false);
  Server server;
  const int32_t id = client.Request(Client::Get("/"));
  Exchange(client, server);
  Http2ServerStream& stream = *server.arrived[0];
  server.codec.TellWhenTaken(stream);
  server.Answer(stream, 200, std::string(200'000, 'x'));
  Exchange(client, server);
  EXPECT_EQ(server.taken, 1);
  EXPECT_EQ(client.answers[id].body.size(), 65'535u);
  EXPECT_EQ(stream.unsent_bytes(), 200'000u - 65'535u);
  nghttp2_session_consume(client.session, id, 65'535);
  Exchange(client, server);
  EXPECT_EQ(client.answers[id].body.size(), 2 * 65'535u);
}

TEST(Http2Server, SendKeepsToItsBound) {
  Client client;
  Server server;
  std::vector<int32_t> ids;
  nghttp2_session_set_local_window_size(client.session, NGHTTP2_FLAG_NONE, 0, 10'000'000);
  for (int i = 0; i < 50; ++i) ids.push_back(client.Request(Client::Get("/")));
  Exchange(client, server);
  for (Http2ServerStream* const stream : server.arrived) server.Answer(*stream, 200, std::string(60'000, 'y'));
  size_t rounds = 0;
  while (server.codec.wants_to_send()) {
    const std::string bytes = server.Send(100'000);
    EXPECT_LE(bytes.size(), 100'000u + 16'384u + 9u);
    client.Read(bytes);
    ++rounds;
  }
  EXPECT_GE(rounds, 25u);
  for (const int32_t id : ids) EXPECT_EQ(client.answers[id].body, std::string(60'000, 'y'));
}

TEST(Http2Server, ResetsStreamsThatStandStill) {
  Client client(/*reads_by_itself=*/false);
  Server server;
  const int32_t id = client.Request(Client::Get("/"));
  const int32_t idle = client.Request(Client::Get("/"));
  Exchange(client, server);
  server.Answer(*server.arrived[0], 200, std::string(200'000, 'x'));
  Exchange(client, server);
  server.codec.ResetStalled();
  nghttp2_session_consume(client.session, id, 50'000);
  Exchange(client, server);
  server.codec.ResetStalled();  // something has gone meanwhile
  Exchange(client, server);
  EXPECT_EQ(client.answers[id].closed, std::nullopt);
  server.codec.ResetStalled();
  Exchange(client, server);
  EXPECT_EQ(client.answers[id].closed, NGHTTP2_CANCEL);
  EXPECT_EQ(client.answers[idle].closed, std::nullopt);
}

TEST(Http2Server, GoesAwayInTwoStepsAndServesWhatCameMeanwhile) {
  Client client;
  Server server;
  Exchange(client, server);
  server.codec.BeginGoAway();
  const int32_t crossing = client.Request(Client::Get("/"));  // before the client has read of it
  const std::string there = client.Write();
  client.Read(server.Send());
  server.Receive(there);
  ASSERT_EQ(server.arrived.size(), 1u);
  Exchange(client, server);
  using GoAway = std::pair<int32_t, uint32_t>;
  EXPECT_EQ(client.goaways, (std::vector<GoAway>{{INT32_MAX, NGHTTP2_NO_ERROR}, {crossing, NGHTTP2_NO_ERROR}}));
  EXPECT_FALSE(server.codec.done());
  server.Answer(*server.arrived[0], 200, "last");
  Exchange(client, server);
  EXPECT_EQ(client.answers[crossing].body, "last");
  EXPECT_TRUE(server.codec.done());
}

TEST(Http2Server, RefusesStreamsBeyondTheLimitAndTellsItBefore) {
  Client client;
  Server server({.concurrent_streams_max = 3});
  for (int i = 0; i < 10; ++i) client.Request(Client::Get("/"));
  const std::string all = client.Write();  // the client has not heard of the limit yet
  server.Receive(all);
  EXPECT_EQ(server.requests, 3);
  Exchange(client, server);
  EXPECT_EQ(client.streams_max, 3u);
  size_t refused = 0;
  for (const auto& [id, answer] : client.answers) refused += answer.closed == NGHTTP2_REFUSED_STREAM;
  EXPECT_EQ(refused, 7u);
}

struct Refused {
  Client::Fields fields;
  int status;
};

TEST(Http2Server, SaysWhichRequestsAreNotServed) {
  Client::Fields many;
  for (int i = 0; i < 101; ++i) many.emplace_back(fmt::format("x-{}", i), "v");
  Client::Fields large;
  for (int i = 0; i < 7; ++i) large.emplace_back("x-large", std::string(10'000, 'x'));
  const Refused cases[] = {
      {Client::Get("/", many), 431},
      {Client::Get("/", large), 431},
      {Client::Get("/a#b"), 400},
      {Client::Get("/a\xc3\xa9"), 400},
      {Client::Get("/", {{"expect", "miracles"}}), 417},
      {{{":method", "CONNECT"}, {":authority", "test:80"}}, 501},
  };
  for (const Refused& test : cases) {
    Client client;
    Server server;
    client.Request(test.fields);
    Exchange(client, server);
    ASSERT_EQ(server.arrived.size(), 1u);
    EXPECT_EQ(server.arrived[0]->head().error().http_status(), test.status);
    EXPECT_NE(server.arrived[0]->head().error().message, "");
  }
}

TEST(Http2Server, PassesMoreOnIfTold) {
  Client client;
  Server server({.headers_max = 8, .passes_on = true});
  client.Request(Client::Get("/a\xc3\xa9", {{"expect", "miracles"}, {"x-a", " b "}, {"cookie", ""}}));
  client.Request({{":method", "QUERY"}, {":scheme", "http"}, {":authority", "test"}, {":path", "/"}});
  Client::Fields many;
  for (int i = 0; i < 5; ++i) many.emplace_back("x-a", "b");
  client.Request(Client::Get("/", many));
  Exchange(client, server);
  ASSERT_EQ(server.arrived.size(), 3u);
  EXPECT_EQ(server.arrived[0]->head().error().fault, Http1Fault::kNone);
  EXPECT_EQ(server.arrived[0]->head().path(), "/a\xc3\xa9");
  EXPECT_EQ(server.arrived[0]->head().Find("x-a"), " b ");
  EXPECT_EQ(server.arrived[0]->head().Find(KnownHeader::kCookie), std::nullopt);
  EXPECT_FALSE(server.arrived[0]->head().expects_continue());
  EXPECT_EQ(server.arrived[1]->head().error().fault, Http1Fault::kNoContentType);
  EXPECT_EQ(server.arrived[2]->head().error().fault, Http1Fault::kHeadTooLarge) << "pseudo-headers count";
}

TEST(Http2Server, ResetsMalformedRequestsWithoutTellingOfThem) {
  const Client::Fields cases[] = {
      {{":method", "GET"}, {":path", "/"}, {":authority", "x"}},                                // no scheme
      {{":method", "GET"}, {":scheme", "http"}, {":authority", "x"}},                           // no path
      {{":method", "GET"}, {":scheme", "http"}, {":path", ""}, {":authority", "x"}},            // empty path
      {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":path", "/"}, {"host", "x"}}, // twice
      {{":method", "GET"}, {":scheme", "http"}, {":path", "a"}, {":authority", "x"}},           // relative
      {{":method", "G T"}, {":scheme", "http"}, {":path", "/"}, {":authority", "x"}},
      Client::Get("/", {{"connection", "close"}}),
      Client::Get("/", {{"te", "gzip"}}),
      Client::Get("/", {{"x-a", "a\nb"}}),
      Client::Get("/", {{"content-length", "-1"}}),
      Client::Get("/", {{"content-length", "5"}}),  // and no body
      Client::Get("/", {{":scheme", "http"}}),      // behind the others
  };
  for (const Client::Fields& fields : cases) {
    Client client;
    Server server;
    const int32_t id = client.Request(fields);
    Exchange(client, server);
    EXPECT_EQ(server.requests, 0) << fields.back().first;
    EXPECT_EQ(client.answers[id].closed, NGHTTP2_PROTOCOL_ERROR) << fields.back().first << id;
    EXPECT_EQ(server.codec.open_streams(), 0u);
  }
}

TEST(Http2Server, AMalformedRequestEndsTheConnectionWithoutAWordIfTold) {
  struct Case {
    Client::Fields fields;
    std::string body;
    Client::Fields trailers;
  };
  const Case cases[] = {
      {Client::Get("/", {{"connection", "close"}}), "", {}},
      {{{":method", "GET"}, {":scheme", "http"}, {":authority", "x"}}, "", {}},  // no path
      {Client::Get("/", {{"content-length", "5"}}), "", {}},                     // and no body
      {Client::Get("/"), "{}", {{"te", "gzip"}}},
      {Client::Get("/", {{"host", "user@test"}}), "", {}},
  };
  for (const Case& wrong : cases) {
    Client client;
    Server server({.malformed_ends_connection = true});
    client.Request(Client::Get("/before"));
    Exchange(client, server);
    server.Answer(*server.arrived[0], 200, "not sent any more");
    client.Request(wrong.fields, wrong.body, false, wrong.trailers);
    EXPECT_FALSE(server.Receive(client.Write())) << wrong.fields.back().first;
    EXPECT_EQ(server.Send(), "");
    EXPECT_TRUE(server.codec.done());
    EXPECT_EQ(server.codec.fault(), "the client sent a malformed request");
  }
}

TEST(Http2Server, ABodyOfAnotherLengthIsResetEvenSo) {
  Client client;
  Server server({.malformed_ends_connection = true});
  const int32_t id = client.Request(Client::Get("/", {{"content-length", "5"}}), "{}");
  Exchange(client, server);
  EXPECT_EQ(client.answers[id].closed, NGHTTP2_PROTOCOL_ERROR);
  EXPECT_EQ(server.codec.fault(), "");
}

// A frame as bytes, which nghttp2 would not send.
std::string Frame(int type, int flags, uint32_t stream, std::string_view payload = "") {
  const auto size = static_cast<uint32_t>(payload.size());
  std::string frame;
  for (const uint32_t byte : {size >> 16, size >> 8, size, uint32_t(type), uint32_t(flags), stream >> 24, stream >> 16,
                              stream >> 8, stream}) {
    frame.push_back(static_cast<char>(byte & 0xff));
  }
  return frame.append(payload);
}

// HPACK without a table: GET / of "m".
constexpr std::string_view kGet = "\x82\x86\x84\x41\x01m";

std::string Headers(uint32_t stream, int flags = NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM) {
  return Frame(NGHTTP2_HEADERS, flags, stream, kGet);
}

std::string Begin() { return std::string(kHttp2Preface) + Frame(NGHTTP2_SETTINGS, 0, 0); }

// The error of the GOAWAY in what the server sends, or -1.
int GoAwayOf(Server& server) {
  const std::string sent = server.Send();
  for (size_t at = 0; at + 9 <= sent.size();) {
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(sent[at + i]); };
    if (byte(3) == NGHTTP2_GOAWAY) return byte(9 + 7);
    at += 9 + (size_t{byte(0)} << 16) + (size_t{byte(1)} << 8) + byte(2);
  }
  return -1;
}

struct Flood {
  const char* name;
  std::string before;
  std::function<std::string(uint32_t)> next;
  size_t harmless;  // so many are
};

TEST(Http2Server, EndsFloodsAndSaysSo) {
  const std::string open = Headers(1, NGHTTP2_FLAG_END_HEADERS);
  const Flood floods[] = {
      {"ping", "", [](uint32_t) { return Frame(NGHTTP2_PING, 0, 0, "12345678"); }, 1000},
      {"settings", "", [](uint32_t) { return Frame(NGHTTP2_SETTINGS, 0, 0); }, 1000},
      {"priority", "", [](uint32_t i) { return Frame(NGHTTP2_PRIORITY, 0, 2 * i + 1, std::string(5, '\1')); }, 1000},
      {"window update", open, [](uint32_t) { return Frame(NGHTTP2_WINDOW_UPDATE, 0, 1, {"\0\0\0\1", 4}); }, 1000},
      {"empty data", open, [](uint32_t) { return Frame(NGHTTP2_DATA, 0, 1); }, 90},
      {"padded data", open, [](uint32_t) { return Frame(NGHTTP2_DATA, NGHTTP2_FLAG_PADDED, 1, {"\3\0\0\0", 4}); }, 90},
      {"rapid reset", "",
       [](uint32_t i) { return Headers(2 * i + 1) + Frame(NGHTTP2_RST_STREAM, 0, 2 * i + 1, {"\0\0\0\x8", 4}); }, 450},
      // CVE-2025-8671: the server is made to reset.
      {"made you reset", "",
       [](uint32_t i) {
         return Headers(2 * i + 1) + Frame(NGHTTP2_WINDOW_UPDATE, 0, 2 * i + 1, {"\x7f\xff\xff\xff", 4});
       },
       450},
      {"malformed", "", [](uint32_t i) { return Frame(NGHTTP2_HEADERS, 5, 2 * i + 1, "\x82"); }, 450},
      {"continuation", Frame(NGHTTP2_HEADERS, 0, 1, kGet), [](uint32_t) { return Frame(NGHTTP2_CONTINUATION, 0, 1); }, 8},
      {"refused", "", [](uint32_t i) { return Headers(2 * i + 1, NGHTTP2_FLAG_END_HEADERS); }, 100},
  };
  for (const Flood& flood : floods) {
    Server server;
    EXPECT_TRUE(server.Receive(Begin() + flood.before));
    if (flood.name != std::string_view("refused")) server.Send();
    bool alive = true;
    uint32_t sent = 0;
    for (; alive && sent < 10'000; ++sent) {
      alive = server.Receive(flood.next(sent));
      // The client reads all that it causes, but for the refusals.
      if (flood.name != std::string_view("refused") && alive && sent % 16 == 0) server.Send();
      for (Http2ServerStream* const stream : std::vector(server.arrived)) {
        if (stream->closed()) server.Release(*stream);
      }
    }
    EXPECT_FALSE(alive) << flood.name;
    EXPECT_GE(sent, flood.harmless) << flood.name;
    EXPECT_EQ(GoAwayOf(server), NGHTTP2_ENHANCE_YOUR_CALM) << flood.name << ": " << server.codec.fault();
    EXPECT_NE(server.codec.fault(), "") << flood.name;
    EXPECT_TRUE(server.codec.done()) << flood.name;
  }
}

TEST(Http2Server, PiecesOfContinuationsAreNoFlood) {
  Server server;
  const std::string bytes = Begin() + Frame(NGHTTP2_HEADERS, 1, 1, kGet.substr(0, 3)) +
                            Frame(NGHTTP2_CONTINUATION, 0, 1, kGet.substr(3)) + Frame(NGHTTP2_CONTINUATION, 0, 1) +
                            Frame(NGHTTP2_CONTINUATION, NGHTTP2_FLAG_END_HEADERS, 1);
  for (const char& byte : bytes) ASSERT_TRUE(server.Receive({&byte, 1}));
  EXPECT_EQ(server.requests, 1);
}

TEST(Http2Server, AnAllowanceRenewsItself) {
  Server server;
  EXPECT_TRUE(server.Receive(Begin()));
  for (int second = 0; second < 100; ++second) {
    for (int i = 0; i < 99; ++i) {
      ASSERT_TRUE(server.Receive(Frame(NGHTTP2_PING, 0, 0, "12345678"))) << second;
      server.Send();
    }
    server.now += absl::Seconds(1);
  }
}

TEST(Http2Server, AClientThatCancelsHalfOfItsRequestsMayDoSo) {
  Client client;
  Server server;
  for (int i = 0; i < 2000; ++i) {
    const int32_t kept = client.Request(Client::Get("/"));
    const int32_t dropped = client.Request(Client::Get("/"));
    Exchange(client, server);
    client.Reset(dropped);
    server.Answer(*server.arrived[0], 200, "kept");
    Exchange(client, server);
    ASSERT_EQ(client.answers[kept].body, "kept") << i;
    while (!server.arrived.empty()) server.Release(*server.arrived[0]);
  }
}

TEST(Http2Server, AHeadForAStreamThatEndedBreaksTheProtocolUnlessWeEndedIt) {
  const std::string reset = Frame(NGHTTP2_RST_STREAM, 0, 3, {"\0\0\0\x8", 4});
  const std::string data = Frame(NGHTTP2_DATA, 1, 3, "late");
  for (const std::string& bad : {Headers(3) + reset + Headers(3), Headers(3) + Headers(1)}) {
    Server server;
    EXPECT_FALSE(server.Receive(Begin() + bad));
    EXPECT_EQ(GoAwayOf(server), NGHTTP2_STREAM_CLOSED);
  }
  // Resets of ours cross with what is under way: a refused stream, a malformed one, one that was answered early.
  Server server({.concurrent_streams_max = 1});
  EXPECT_TRUE(server.Receive(Begin() + Headers(1, NGHTTP2_FLAG_END_HEADERS) + Headers(3, NGHTTP2_FLAG_END_HEADERS) + data));
  server.Answer(*server.arrived[0], 200, "enough");
  server.Release(*server.arrived[0]);
  server.Send();
  EXPECT_TRUE(server.Receive(Frame(NGHTTP2_DATA, 0, 1, "late") + Headers(1) + data));
  EXPECT_TRUE(server.Receive(Frame(NGHTTP2_HEADERS, 4, 5, "\x82") + Frame(NGHTTP2_DATA, 0, 5, "late")));
  EXPECT_EQ(GoAwayOf(server), -1);
  EXPECT_TRUE(server.Receive(Frame(NGHTTP2_DATA, 1, 5, "later")));
}

}  // namespace
}  // namespace minato::http

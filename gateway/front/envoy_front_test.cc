// What Envoy 1.40 answers to HTTP/1.1 at its edges, recorded from it and asked of ours.
#include "gateway/front/envoy_front.h"

#include <fmt/format.h>

#include "gateway/front/http_server.h"
#include "gateway/front/raw_client.h"

namespace minato::gateway {
namespace {

// Answers by path:
//   /read      reads the body, then answers with it and the trailers
//   /unread    without reading the body
//   /early     begins to answer, then reads the body
//   /400       as a local reply
//   /headers   with a Server and a Date header of its own
//   /length    announces four bytes and writes as many as the query says, one by one
//   else       the target, the authority and the header x-a
class TestHandler final : public RequestHandler {
 public:
  Task<void> Serve(ClientStream& stream) override {
    const std::string path(stream.head().path());
    if (path == "/early") co_return co_await Early(stream);
    if (path == "/length") co_return co_await Length(stream);
    ResponseHead head;
    std::string answer(stream.head().target());
    answer += fmt::format(" {} {}", stream.head().authority(), stream.head().Find("x-a").value_or("-"));
    if (path == "/read") {
      StatusOr<std::string_view> body = co_await stream.ReadWhole(1000);
      answer = body.ok() ? std::string(*body) : "the handler's own answer";
      for (const http::HeaderField field : stream.request_trailers()) answer.append(field.name).append(field.value);
    }
    if (path == "/400") {
      head.status = 400;
      head.ends_connection = true;
    }
    if (path == "/headers") head.headers = {{"server", "mine"}, {"date", "then"}};
    const Status sent = co_await stream.Respond(head, answer);
  }

 private:
  Task<void> Early(ClientStream& stream) {
    const Status started = co_await stream.StartResponse({});
    StatusOr<std::string_view> body = co_await stream.ReadWhole(1000);
    Status written = co_await stream.Write(body.ok() ? *body : "failed");
    written = co_await stream.EndResponse();
  }
  Task<void> Length(ClientStream& stream) {
    Status written = co_await stream.StartResponse({.content_length = 4});
    for (int left = std::stoi(std::string(stream.head().query())); left > 0 && written.ok(); --left) {
      written = co_await stream.Write("x");
    }
    if (written.ok()) written = co_await stream.EndResponse();
  }
};

struct EnvoyFrontTest : testing::Test {
  EnvoyFrontTest() { StartWith({}); }

  void StartWith(const config::HttpConnectionManager& manager, ErrorShape shape = ErrorShape::kEnvoy) {
    server.reset();
    StatusOr<std::unique_ptr<HttpServer>> started =
        HttpServer::Start(pool, {.address = "127.0.0.1:0", .limits = {EnvoyFront(manager, shape)}}, handler);
    ASSERT_TRUE(started.ok()) << started.status();
    server = *std::move(started);
  }

  // The answers to these bytes until the connection ends; one to /end, which ends it, is left out.
  std::string AnswerTo(const std::string& bytes) {
    RawClient client(server->address());
    client.Send(bytes + "GET /end HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    std::string answer = client.ReadAll();
    const size_t end = answer.find("/end x -");
    return end == answer.npos ? answer : answer.substr(0, answer.rfind("HTTP/1.1 200 OK\r\ndate: ", end));
  }
  std::string BodyOf(const std::string& bytes) {
    const std::string answer = AnswerTo(bytes);
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }

  TestHandler handler;
  WorkerPool pool{1};
  std::unique_ptr<HttpServer> server;
};

std::string WithoutDate(std::string answer) {
  const size_t date = answer.find("date: ");
  if (date != answer.npos) answer.erase(date, answer.find("\r\n", date) + 2 - date);
  return answer;
}

std::string Refused(std::string_view status, std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\n{}server: envoy\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{}", status,
                     body.empty() ? "" : "content-type: text/plain\r\n", body.size(), body);
}

TEST_F(EnvoyFrontTest, RefusesByAReasonPhraseAndCloses) {
  const std::string bad = Refused("400 Bad Request", "Bad Request");
  const std::string no_words = Refused("400 Bad Request", "");
  const std::string old = Refused("426 Upgrade Required", "Upgrade Required");
  const std::string too_large = Refused("431 Request Header Fields Too Large", "Request Header Fields Too Large");
  const std::string coding = Refused("501 Not Implemented", "Not Implemented");
  const std::pair<std::string, std::string> cases[] = {
      {"\x16\x03\x01\x02 not http\r\n\r\n", bad},
      {"GET\r\n", bad},
      {" GET / HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"GET / http/1.1\r\nhost: x\r\n\r\n", bad},
      {"GET / HTTP/1.10\r\nhost: x\r\n\r\n", bad},
      {"GET HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"GET a HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"GET a\r\n\r\n", bad},
      {"GET /a b HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"GET * HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"GET ftp://x/y HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"get / HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"M-SEARCH / HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"PRI * HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"CONNECT / HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"GET / HTTP/1.1\r\nhost: a/b\r\n\r\n", bad},
      {"GET / HTTP/1.1\r\nhost: x\r\nnonsense\r\n\r\n", bad},
      {"GET / HTTP/1.1\r\nhost: x\r\nx a: b\r\n\r\n", bad},
      {"GET / HTTP/1.1\r\nhost: x\r\nx : b\r\n\r\n", bad},
      {"GET / HTTP/1.1\r\nhost: x\r\nx: a\x01\r\n\r\n", bad},
      {"GET / HTTP/1.1\r\n x: y\r\nhost: x\r\n\r\n", bad},
      {"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nab", bad},
      {"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: +2\r\n\r\nab", bad},
      {"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", bad},
      {"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\ncontent-length: 0\r\n\r\n", bad},
      {"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n", coding},
      {"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, chunked\r\n\r\n", coding},
      {"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n", coding},
      {"GET / HTTP/1.1\r\n\r\n", no_words},
      {"GET / HTTP/1.1\r\nhost: x\r\nconnection: host\r\n\r\n", no_words},
      {"QUERY / HTTP/1.1\r\nhost: x\r\n\r\n", no_words},
      {"GET http://b_t/ HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"GET http://b:65536/ HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"GET http://b:/ HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"GET http://[::1/ HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"GET http://b#c HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"CONNECT x HTTP/1.1\r\nhost: x\r\n\r\n", bad},
      {"CONNECT x:1 HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n", bad},
      {"GET / HTTP/1.1\r\nhost: x\r\nconnection: x-forwarded-for\r\n\r\n", bad},
      {"GET / HTTP/1.1\r\nhost: x\r\nconnection: :path\r\n\r\n", bad},
      {"GET / HTTP/1.1\r\nhost: x\r\nconnection: 1,2,3,4,5,6,7,8,9,10\r\n\r\n", bad},
      {"GET /a#b HTTP/1.1\r\nhost: x\r\n\r\n", no_words},
      {"GET / HTTP/1.0\r\nhost: x\r\n\r\n", old},
      {"GET /\r\n\r\n", old},
      {"GET / HTTP/3.0\r\nhost: x\r\n\r\n", old},
      {"GET / HTTP/1.1\r\nhost: x\r\nx: " + std::string(61440, 'a') + "\r\n\r\n", too_large},
      {"GET /" + std::string(61440, 'a'), too_large},
      {"CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n", Refused("404 Not Found", "")},
      {"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", Refused("403 Forbidden", "")},
  };
  for (const auto& [request, expected] : cases) {
    EXPECT_EQ(WithoutDate(AnswerTo(request)), expected) << request.substr(0, 100);
  }
}

TEST_F(EnvoyFrontTest, WhatIsAskedForInVainIsToldBehindWhatIsWrong) {
  const std::string bad = Refused("400 Bad Request", "Bad Request");
  const std::string coding = Refused("501 Not Implemented", "Not Implemented");
  const std::string old = Refused("426 Upgrade Required", "Upgrade Required");
  for (const char* line : {"GET / HTTP/1.0", "CONNECT x:1 HTTP/1.1", "GET /#a HTTP/1.1", "GET * HTTP/1.1"}) {
    const std::string head = fmt::format("{}\r\nhost: x\r\n", line);
    EXPECT_EQ(WithoutDate(AnswerTo(head + "x a: b\r\n\r\n")), bad) << line;
    EXPECT_EQ(WithoutDate(AnswerTo(head + "transfer-encoding: gzip\r\n\r\n")), coding) << line;
    RawClient unfinished(server->address());
    unfinished.Send(head);
    unfinished.Send("x a: b\r\n");
    EXPECT_EQ(WithoutDate(unfinished.ReadAll()), bad) << "before the end of the head nothing else is told: " << line;
  }
  EXPECT_EQ(WithoutDate(AnswerTo("GET * HTTP/1.0\r\nhost: x\r\n\r\n")), bad);
  EXPECT_EQ(WithoutDate(AnswerTo("GET /#a HTTP/1.0\r\nhost: a b\r\n\r\n")), old);
  EXPECT_EQ(WithoutDate(AnswerTo("GET /#a HTTP/1.1\r\nhost: a b\r\n\r\n")), bad);
}

TEST_F(EnvoyFrontTest, SaysWhyInTheShapeOfErrorsIfThereIsOne) {
  StartWith({}, ErrorShape::kAip193);
  const auto refused = [](std::string_view status, std::string_view body) {
    return fmt::format("HTTP/1.1 {}\r\ncontent-type: application/json\r\nserver: envoy\r\ncontent-length: {}\r\n"
                       "connection: close\r\n\r\n{}",
                       status, body.size(), body);
  };
  const std::string large = WithoutDate(AnswerTo("GET / HTTP/1.1\r\nhost: x\r\nx: " + std::string(61440, 'a') + "\r\n\r\n"));
  EXPECT_TRUE(large.starts_with("HTTP/1.1 431 ")) << large;
  EXPECT_NE(large.find(R"({"error":{"code":431,"message":")"), std::string::npos) << large;
  EXPECT_EQ(WithoutDate(AnswerTo("GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")),
            refused("403 Forbidden",
                    R"({"error":{"code":403,"message":"requests to upgrade are not served here",)"
                    R"("status":"PERMISSION_DENIED","details":[]}})"));
  EXPECT_TRUE(BodyOf("POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")
                  .starts_with("the handler's own answer"))
      << "a body that is none is the handler's to tell of";
}

TEST_F(EnvoyFrontTest, TakesWhatEnvoyTakes) {
  const std::string many_headers = "GET /a HTTP/1.1\r\nhost: x\r\n" + [] {
    std::string lines;
    for (int i = 0; i < 99; ++i) lines += "x: y\r\n";
    return lines;
  }();
  const std::pair<std::string, std::string> cases[] = {
      {"GET /a HTTP/1.1\nhost: x\nx-a: b\n\n", "/a x b"},
      {"GET /a HTTP/1.1\r\nhost: x\nx-a: b\n\r\n", "/a x b"},
      {"\r\n\n\r\n\r\n\r\n\r\n\r\nGET /a HTTP/1.1\r\nhost: x\r\n\r\n", "/a x -"},
      {"GET \t /a\t  HTTP/1.1 \t\r\nhost: x\r\n\r\n", "/a x -"},
      {"GET /a HTTP/1.1\r\nhost: x\r\nx-a: b\r\n c\r\n\td  \r\n\r\n", "/a x b c\td"},
      {"GET /a HTTP/1.1\r\nhost: x\r\nx-a:\r\n b\r\n \r\n\r\n", "/a x b"},
      {"GET /a HTTP/1.1\r\nx-b: c\r\nhost: x\r\nhost: y\r\nx-a: b\r\n\r\n", "/a x,y b"},
      {"GET /a HTTP/1.1\r\nhost:\r\n\r\n", "/a  -"},
      {"GET http://y/a?b HTTP/1.1\r\nhost: x\r\n\r\n", "/a?b y -"},
      {"GET http://y/a HTTP/1.1\r\n\r\n", "/a y -"},
      {"GET http://y HTTP/1.1\r\n\r\n", "/ y -"},
      {"GET http://y?b=c HTTP/1.1\r\nx-a: b\r\n\r\n", "?b=c y b"},
      {"GET http://u:p@y:80/a HTTP/1.1\r\nhost: a b\r\n\r\n", "/a y:80 -"},
      {"GET http://[::1]:80/a HTTP/1.1\r\n\r\n", "/a [::1]:80 -"},
      {"OPTIONS *b?c HTTP/1.1\r\nhost: x\r\n\r\n", "*b?c x -"},
      {"\r\r\nGET /a HTTP/1.1\r\r\nhost: x\r\n\r\n", "/a x -"},
      {"GET /a HTTP/1.1\r\nhost: x\r\nhost:\r\n\r\n", "/a x -"},
      {"GET /a HTTP/1.1\r\nhost: x\r\nconnection: x-b, X-A\r\nx-a: b\r\n\r\n", "/a x -"},
      {"MSEARCH /a HTTP/1.1\r\nhost: x\r\n\r\n", "/a x -"},
      {"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n", "* x -"},
      {"GET /\"<>\\^`{|} HTTP/1.1\r\nhost: x\r\n\r\n", "/\"<>\\^`{|} x -"},
      {"QUERY /a HTTP/1.1\r\nhost: x\r\nexpect: something\r\ncontent-type: y\r\n\r\n", "/a x -"},
      {"GET /a HTTP/1.1\r\nhost: x\r\nupgrade: foo\r\n\r\n", "/a x -"},
      {"GET /a HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n", "/a x -"},
      {many_headers + "\r\n", "/a x -"},
      {"POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 0002\r\n\r\nab", "ab"},
      {"POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: Chunked\r\n\r\n0002;a=b\r\nab\r\n0\r\nx-t: v\r\n\r\n", "ab"},
  };
  for (const auto& [request, expected] : cases) EXPECT_EQ(BodyOf(request), expected) << request.substr(0, 100);
  EXPECT_EQ(WithoutDate(AnswerTo(many_headers + "x: y\r\n\r\n")),
            Refused("431 Request Header Fields Too Large", "Request Header Fields Too Large"));
}

TEST_F(EnvoyFrontTest, IsStricterThanEnvoyWhereAMessageCouldBeReadInTwoWays) {
  for (const char* request : {
           "GET /a HTTP/1.1\r\nhost: x\r\nx-a: b\rc\r\n\r\n",
           "GET /a HTTP/1.1\r\nhost:\r\n x\r\n\r\n",
           "POST /read HTTP/1.1\r\nhost: x\r\ncontent-length:\r\n 2\r\n\r\nab",
           "POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
           "POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
           "POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\n0\r\n\r\n",
           "POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2 \r\nab\r\n0\r\n\r\n",
       }) {
    EXPECT_EQ(WithoutDate(AnswerTo(request)), Refused("400 Bad Request", "Bad Request")) << request;
  }
}

TEST_F(EnvoyFrontTest, ABodyThatIsNoneIsRefusedWhateverTheHandlerAnswers) {
  EXPECT_EQ(WithoutDate(AnswerTo("POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")),
            Refused("400 Bad Request", "Bad Request"));
  // But not once the answer has begun.
  const std::string begun = AnswerTo("POST /early HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
  EXPECT_TRUE(begun.ends_with("\r\n\r\n6\r\nfailed\r\n0\r\n\r\n")) << begun;
}

TEST_F(EnvoyFrontTest, AnAnswerBeforeTheEndOfTheRequestIsTheLast) {
  for (const char* rest : {"content-length: 2\r\n\r\nab", "transfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"}) {
    const std::string head = " HTTP/1.1\r\nhost: x\r\n";
    EXPECT_NE(AnswerTo("POST /unread" + head + rest).find("connection: close"), std::string::npos);
    EXPECT_NE(AnswerTo("POST /early" + head + rest).find("connection: close"), std::string::npos);
    EXPECT_EQ(AnswerTo("POST /read" + head + rest).find("connection: close"), std::string::npos);
  }
  EXPECT_EQ(AnswerTo("POST /unread HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n").find("connection: close"),
            std::string::npos);
  EXPECT_NE(AnswerTo("GET /400 HTTP/1.1\r\nhost: x\r\n\r\n").find("connection: close"), std::string::npos);
}

TEST_F(EnvoyFrontTest, SaysContinueAtOnce) {
  const std::string answer = AnswerTo("POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-Continue\r\n\r\nab");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(AnswerTo("GET /a HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n\r\n").starts_with("HTTP/1.1 100 "));
  const std::string twice = "expect: 100-continue\r\nexpect: 100-continue\r\n\r\n";
  EXPECT_TRUE(AnswerTo("GET /a HTTP/1.1\r\nhost: x\r\n" + twice).starts_with("HTTP/1.1 200 "));
}

TEST_F(EnvoyFrontTest, NamesItselfAndKeepsADate) {
  EXPECT_EQ(AnswerTo("GET /headers HTTP/1.1\r\nhost: x\r\n\r\n"),
            "HTTP/1.1 200 OK\r\ndate: then\r\nserver: envoy\r\ncontent-length: 12\r\n\r\n/headers x -");
  config::HttpConnectionManager other;
  other.server_name = "other";
  StartWith(other);
  EXPECT_NE(AnswerTo("GET / HTTP/1.1\r\nhost: x\r\n\r\n").find("server: other\r\n"), std::string::npos);
}

TEST_F(EnvoyFrontTest, GoesBehindTheNamesOfOthersIfTold) {
  const Identity identity = {.server_name = "envoy", .keeps_server = true, .via = "1.1 m"};
  OwnFields own(identity);
  EXPECT_TRUE(own.Replaces({"via", "1.0 a"}) && own.Replaces({"via", "1.0 b"}));
  EXPECT_FALSE(own.Replaces({"server", "other"}) || own.Replaces({"x-a", "b"}));
  std::string added;
  own.AddTo([&](std::string_view name, std::string_view value) { added.append(name).append("=").append(value); });
  EXPECT_EQ(added, "via=1.0 a,1.0 b, 1.1 m");
  config::HttpConnectionManager manager;
  manager.server_header_transformation = config::HttpConnectionManager::ServerHeader::kPassThrough;
  manager.via = "1.1 m";
  StartWith(manager);
  EXPECT_EQ(AnswerTo("GET /headers HTTP/1.1\r\nhost: x\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nserver: mine\r\ndate: then\r\nvia: 1.1 m\r\ncontent-length: 12\r\n\r\n/headers x -");
  EXPECT_NE(AnswerTo("GET /headers HTTP/1.1\r\n\r\n").find("\r\nvia: 1.1 m\r\n"), std::string::npos);
}

TEST_F(EnvoyFrontTest, EndsAConnectionAfterSoManyRequestsIfTold) {
  config::HttpConnectionManager manager;
  manager.max_requests_per_connection = 2;
  StartWith(manager);
  const std::string request = "GET /a HTTP/1.1\r\nhost: x\r\n\r\n";
  const std::string answers = AnswerTo(request + request + request);
  EXPECT_NE(answers.find("connection: close\r\n"), std::string::npos) << answers;
  EXPECT_EQ(answers.find("HTTP/1.1 200 OK", answers.find("connection: close")), std::string::npos) << answers;
  EXPECT_NE(answers.find("HTTP/1.1 200 OK", 1), std::string::npos) << answers;
}

TEST_F(EnvoyFrontTest, ServesHttp10OnRequestOnly) {
  config::HttpConnectionManager manager;
  manager.accept_http_10 = true;
  StartWith(manager);
  const std::string answer = AnswerTo("GET /a HTTP/1.0\r\nhost: x\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.0 200 OK\r\n")) << answer;
  EXPECT_TRUE(AnswerTo("GET /a HTTP/3.0\r\nhost: x\r\n\r\n").starts_with("HTTP/1.0 200 OK\r\n"));
  EXPECT_EQ(WithoutDate(AnswerTo("GET /a HTTP/1.0\r\n\r\n")), Refused("400 Bad Request", ""));
  EXPECT_EQ(WithoutDate(AnswerTo("GET /a\r\n\r\n")), Refused("400 Bad Request", ""));
  EXPECT_TRUE(answer.ends_with("/a x -")) << answer;
}

TEST_F(EnvoyFrontTest, AnAnswerThatIsNotAsLongAsAnnouncedIsCut) {
  const std::string head = "HTTP/1.1 200 OK\r\nserver: envoy\r\ncontent-length: 4\r\n\r\n";
  const auto answer = [&](int bytes) {
    return WithoutDate(AnswerTo(fmt::format("GET /length?{} HTTP/1.1\r\nhost: x\r\n\r\n", bytes)));
  };
  EXPECT_EQ(answer(4), head + "xxxx");
  EXPECT_EQ(answer(3), head + "xxx");
  EXPECT_EQ(answer(5), head + "xxxx");
  EXPECT_EQ(WithoutDate(AnswerTo("HEAD /length?0 HTTP/1.1\r\nhost: x\r\n\r\n")), head);
}

TEST_F(EnvoyFrontTest, SpeaksOnlyTheCodecThatItIsTold) {
  using Codec = config::HttpConnectionManager::Codec;
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  config::HttpConnectionManager manager;
  manager.codec_type = Codec::kHttp1;
  StartWith(manager);
  RawClient http2(server->address());
  http2.Send(preface);
  EXPECT_TRUE(http2.ReadAll().starts_with("HTTP/1.1 4"));
  manager.codec_type = Codec::kHttp2;
  StartWith(manager);
  RawClient http1(server->address());
  http1.Send("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  EXPECT_EQ(http1.ReadAll().find("HTTP/1.1"), std::string::npos);
}

}  // namespace
}  // namespace minato::gateway

#include "runtime/test_loop.h"
#include "server/backends/http_client/loopback_server.h"
#include "server/call/test_call.h"
#include "server/services/data/data_fixture.h"
#include "server/services/data/demo_upstream.h"

namespace minato::data {
namespace {

using http_client::LoopbackServer;

class FetchExternalTest : public testing::Test {
 protected:
  StatusOr<google::api::HttpBody> FetchFrom(std::string url) {
    DataConfig config;
    config.sources = DefaultSources({.external_url = std::move(url)});
    const auto env = *DataEnv::Create(config, client_);
    TestCall call(loop_);
    return loop_.Run(FetchExternal(*env, call, {}));
  }

  StatusOr<google::api::HttpBody> FetchAnswer(LoopbackServer::Answer answer) {
    const auto server = *LoopbackServer::Start([&](std::string_view) { return answer; });
    return FetchFrom(server->Url("/"));
  }

  TestLoop loop_;
  http_client::Client client_;
};

TEST_F(FetchExternalTest, PassesBytesAndContentTypeOnUntouched) {
  const std::string bytes("\0\xff\xfe { not json", 15);
  const google::api::HttpBody body =
      *FetchAnswer({LoopbackServer::Ok("application/x-odd; v=\"1\"", bytes)});
  EXPECT_EQ(body.content_type(), "application/x-odd; v=\"1\"");
  EXPECT_EQ(body.data(), bytes);
}

TEST_F(FetchExternalTest, TheDemoUpstreamAnswersAJsonObject) {
  const auto demo = *StartDemoUpstream();
  const google::api::HttpBody body = *FetchFrom(demo->Url("/"));
  EXPECT_EQ(body.content_type(), "application/json");
  EXPECT_TRUE(body.data().starts_with("{")) << body.data();
}

TEST_F(FetchExternalTest, AnUpstreamThatAnswersAnErrorIsUnavailable) {
  for (const char* status : {"404 Not Found", "429 Too Many Requests", "503 Busy"}) {
    const auto head = fmt::format("HTTP/1.1 {}\r\nContent-Length: 0\r\n\r\n", status);
    EXPECT_EQ(FetchAnswer({head}).status().code(), StatusCode::kUnavailable) << status;
  }
}

TEST_F(FetchExternalTest, AnAnswerOfMoreThanAMebibyteIsRefused) {
  EXPECT_TRUE(FetchAnswer({LoopbackServer::Ok("text/plain", std::string(1 << 20, 'x'))}).ok());
  EXPECT_EQ(FetchAnswer({LoopbackServer::Ok("text/plain", std::string((1 << 20) + 1, 'x'))})
                .status()
                .code(),
            StatusCode::kResourceExhausted);
}

TEST_F(FetchExternalTest, WithoutAnUpstreamThereIsNoSuchSource) {
  EXPECT_EQ(FetchFrom("").status(), NotFound("there is no data source 'external'"));
}

}  // namespace
}  // namespace minato::data

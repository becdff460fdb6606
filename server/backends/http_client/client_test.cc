#include "server/backends/http_client/client.h"

#include <algorithm>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/sleep.h"
#include "runtime/test_loop.h"
#include "server/backends/http_client/loopback_server.h"

namespace minato::http_client {
namespace {

using Then = LoopbackServer::Then;

LoopbackServer::Answer Misbehave(std::string_view target) {
  if (target == "/json") return {LoopbackServer::Ok("application/json", R"({"a":1})")};
  if (target == "/bytes")
    return {LoopbackServer::Ok("application/octet-stream", std::string_view("\0\xff\r\n", 4))};
  if (target == "/1000") return {LoopbackServer::Ok("text/plain", std::string(1000, 'x'))};
  if (target == "/endless") {
    return {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n" +
                std::string(1001, 'x') + "\r\n",
            Then::kFallSilent};
  }
  if (target == "/longhead") {
    return {"HTTP/1.1 200 OK\r\n" + fmt::format("X: {}\r\n", std::string(70'000, 'x')) + "\r\n",
            Then::kClose};
  }
  if (target == "/missing") return {"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"};
  if (target == "/moved")
    return {"HTTP/1.1 302 Found\r\nLocation: /json\r\nContent-Length: 0\r\n\r\n"};
  if (target == "/tofile") {
    return {"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"};
  }
  if (target == "/loop")
    return {"HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"};
  if (target == "/cut") return {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", Then::kClose};
  if (target == "/garbage") return {"what is this?\r\n\r\n", Then::kClose};
  if (target == "/nothing") return {"", Then::kClose};
  return {"", Then::kFallSilent};
}

class ClientTest : public testing::Test {
 protected:
  StatusOr<Response> Get(std::string_view target, GetOptions options = {}) {
    return loop_.Run(client_.Get(server_->Url(target), options));
  }
  std::string Host() const { return fmt::format("127.0.0.1:{}", server_->port()); }

  const std::unique_ptr<LoopbackServer> server_ = *LoopbackServer::Start(Misbehave);
  TestLoop loop_;  // outlives the client, whose thread may still be posting to it
  Client client_;
};

TEST_F(ClientTest, BringsStatusContentTypeAndBody) {
  const Response response = *Get("/json");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body, R"({"a":1})");
  EXPECT_EQ(response.host, Host());
  EXPECT_TRUE(RequireSuccess(response).ok());
}

TEST_F(ClientTest, LeavesTheBytesOfTheBodyAlone) {
  EXPECT_EQ(Get("/bytes")->body, std::string("\0\xff\r\n", 4));
}

TEST_F(ClientTest, ReusesTheConnection) {
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Get("/json").ok());
  EXPECT_EQ(server_->connections_ever(), 1);
}

TEST_F(ClientTest, AnErrorStatusIsAResponseThatIsNoSuccess) {
  const Response response = *Get("/missing");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "no");
  EXPECT_EQ(RequireSuccess(response), NotFound("{} answered with HTTP status 404", Host()));
  EXPECT_EQ(RequireSuccess({.status = 429}).code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(RequireSuccess({.status = 500}).code(), StatusCode::kUnavailable);
  EXPECT_EQ(RequireSuccess({.status = 302}).code(), StatusCode::kUnavailable);
}

TEST_F(ClientTest, ABodyOfExactlyTheLimitPassesAndOneByteMoreDoesNot) {
  EXPECT_EQ(Get("/1000", {.body_bytes_max = 1000})->body.size(), 1000);
  EXPECT_EQ(Get("/1000", {.body_bytes_max = 999}).status(),
            ResourceExhausted("{} answered with more than 999 bytes", Host()));
}

TEST_F(ClientTest, ABodyOfUnknownLengthIsCutOffAtTheLimit) {
  EXPECT_EQ(Get("/endless", {.body_bytes_max = 1000}).status(),
            ResourceExhausted("{} answered with more than 1000 bytes", Host()));
}

TEST_F(ClientTest, AHeadWithoutEndIsRefused) {
  EXPECT_EQ(Get("/longhead").status(),
            ResourceExhausted("{} answered with more than 65536 bytes", Host()));
}

TEST_F(ClientTest, FollowsRedirectsOnlyWhenToldAndOnlyToHttp) {
  EXPECT_EQ(Get("/moved")->status, 302);
  EXPECT_EQ(Get("/moved", {.redirects_max = 1})->body, R"({"a":1})");
  EXPECT_EQ(Get("/tofile", {.redirects_max = 1}).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(Get("/loop", {.redirects_max = 3}).status().code(), StatusCode::kUnavailable);
}

TEST_F(ClientTest, WhatIsNoHttpAnswerIsUnavailableAndNamesTheHost) {
  for (const std::string_view target : {"/cut", "/garbage", "/nothing"}) {
    const Status status = Get(target).status();
    EXPECT_EQ(status.code(), StatusCode::kUnavailable) << target;
    EXPECT_TRUE(MessageOf(status).starts_with(Host() + ": ")) << status;
  }
}

TEST_F(ClientTest, ARefusedConnectionIsUnavailable) {
  const uint16_t free_port = (*LoopbackServer::Start(Misbehave))->port();  // closed again
  const Status status =
      loop_.Run(client_.Get(fmt::format("http://127.0.0.1:{}/", free_port))).status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_NE(MessageOf(status).find(fmt::format("127.0.0.1:{}", free_port)), std::string::npos)
      << status;
}

TEST_F(ClientTest, ASilentServerIsGivenUpAfterTheTimeout) {
  EXPECT_EQ(Get("/silent", {.timeout = absl::Milliseconds(20)}).status().code(),
            StatusCode::kDeadlineExceeded);
}

TEST_F(ClientTest, OnlyWellFormedHttpUrlsAreAskedFor) {
  for (const char* url :
       {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "127.0.0.1/json",
        "http://", "http://a b/", "http://127.0.0.1:99999/", ""}) {
    EXPECT_EQ(loop_.Run(client_.Get(url)).status().code(), StatusCode::kInvalidArgument) << url;
  }
  EXPECT_EQ(*HostOf("https://example.com/x?y"), "example.com");
  EXPECT_EQ(*HostOf("http://user:pw@example.com:81/x"), "example.com:81");
}

Task<Status> CancelsAfter(Client& client, std::string url, const LoopbackServer& server) {
  const TaskContext& context = co_await CurrentContext();
  CancelSource cancel(context.cancel);
  const TaskContext cancelled{context.home, cancel.token(), context.deadline};
  Scope scope(cancelled);
  StatusOr<Response> result;
  struct Getting {
    static Task<void> Into(Client& client, std::string url, StatusOr<Response>& result) {
      result = co_await client.Get(url);
    }
  };
  scope.Spawn(Getting::Into(client, url, result));
  while (server.connections() == 0) CO_TRY(co_await Sleep(absl::Milliseconds(1)));
  cancel.Cancel(Cancelled("enough"));
  CO_TRY(co_await scope.Join());
  co_return result.status();
}

TEST_F(ClientTest, CancellationBreaksTheTransferOffAndClosesItsConnection) {
  EXPECT_EQ(loop_.Run(CancelsAfter(client_, server_->Url("/silent"), *server_)),
            Cancelled("enough"));
  while (server_->connections() > 0) std::this_thread::yield();
  EXPECT_TRUE(Get("/json").ok());
}

struct Burst {
  std::vector<Status> results;
  static Task<void> One(Client& client, std::string url, Burst& burst) {
    StatusOr<Response> response = co_await client.Get(url, {.timeout = absl::Milliseconds(200)});
    burst.results.push_back(response.status());
  }
  static Task<Status> Of(int count, Client& client, std::string url, Burst& burst) {
    const TaskContext& context = co_await CurrentContext();
    Scope scope(context);
    for (int i = 0; i < count; ++i) scope.Spawn(One(client, url, burst));
    co_return co_await scope.Join();
  }
  size_t Count(StatusCode code) const {
    return std::count_if(results.begin(), results.end(),
                         [code](const Status& s) { return s.code() == code; });
  }
};

TEST_F(ClientTest, MoreThanTheLineHoldsIsRefused) {
  Client client({.transfers_max = 1, .waiting_max = 2});
  Burst burst;
  EXPECT_TRUE(loop_.Run(Burst::Of(10, client, server_->Url("/silent"), burst)).ok());
  EXPECT_GE(burst.Count(StatusCode::kDeadlineExceeded), 2);
  EXPECT_GE(burst.Count(StatusCode::kResourceExhausted), 7);
  EXPECT_EQ(burst.results.size(), 10);
}

TEST_F(ClientTest, NeverOpensMoreConnectionsThanTransfersAreAllowed) {
  Client client({.transfers_max = 4, .waiting_max = 200});
  Burst burst;
  EXPECT_TRUE(loop_.Run(Burst::Of(200, client, server_->Url("/json"), burst)).ok());
  EXPECT_EQ(burst.Count(StatusCode::kOk), 200);
  EXPECT_LE(server_->connections_ever(), 4);
}

TEST_F(ClientTest, ServesManyExecutorsAtOnce) {
  TestLoop loops[4];
  Client client;
  std::vector<std::thread> threads;
  for (TestLoop& loop : loops) {
    threads.emplace_back([this, &client, &loop] {
      Burst burst;
      EXPECT_TRUE(loop.Run(Burst::Of(20, client, server_->Url("/json"), burst)).ok());
      EXPECT_EQ(burst.Count(StatusCode::kOk), 20);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace minato::http_client

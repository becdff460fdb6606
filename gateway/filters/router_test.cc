#include "gateway/filters/router.h"

#include <deque>

#include "gateway/access_log/record.h"
#include "gateway/front/hand_client.h"
#include "runtime/manual_executor.h"
#include "runtime/sleep.h"

namespace minato::gateway {
namespace {

// What one call to the cluster does.
struct Script {
  UpstreamFailure failure = UpstreamFailure::kNone;  // instead of a head
  std::string failure_text = {};
  std::vector<int> informational = {};  // in front of the head
  int status = 200;
  http::Headers headers = {};
  std::vector<std::string> pieces = {};
  bool cut = false;  // behind the pieces
  http::Headers trailers = {};
  absl::Duration head_takes = {};
};

struct Sent {
  std::string method, path, authority, body;
  http::Headers headers;
  bool ended = false;
};

class HandCluster final : public HttpUpstream {
 public:
  std::deque<Script> scripts;
  std::vector<Sent> sent;

  std::unique_ptr<HttpCall> Start(const HttpRequestView& request, bool ends) override {
    Sent& to = sent.emplace_back(Sent{std::string(request.method), std::string(request.path),
                                      std::string(request.authority), "", {}, ends});
    for (const auto& [name, value] : request.headers) to.headers.Add(name, value);
    EXPECT_FALSE(scripts.empty()) << "a call that nobody expected";
    Script script = std::move(scripts.front());
    scripts.pop_front();
    return std::make_unique<Call>(*this, sent.size() - 1, std::move(script));
  }

 private:
  class Call final : public HttpCall {
   public:
    Call(HandCluster& cluster, size_t index, Script script)
        : cluster_(cluster), index_(index), script_(std::move(script)) {}

    Task<Status> Write(std::string_view piece) override {
      cluster_.sent[index_].body += piece;
      co_return OkStatus();
    }
    bool HasRoom() const override { return true; }
    void End(const http::Headers&) override { cluster_.sent[index_].ended = true; }
    Task<StatusOr<HttpResponseHead>> ReadHead() override {
      if (next_informational_ < script_.informational.size()) {
        co_return HttpResponseHead{script_.informational[next_informational_++], {}, false};
      }
      if (script_.head_takes > absl::ZeroDuration()) {
        const Status slept = co_await Sleep(script_.head_takes);
        if (!slept.ok()) {
          failure_ = UpstreamFailure::kLocalReset;
          co_return slept;
        }
      }
      failure_ = script_.failure;
      if (failure_ != UpstreamFailure::kNone) co_return Unavailable("{}", script_.failure_text);
      co_return HttpResponseHead{script_.status, script_.headers,
                                 script_.pieces.empty() && script_.trailers.empty() && !script_.cut};
    }
    Task<StatusOr<std::optional<std::string_view>>> Read() override {
      if (next_ < script_.pieces.size()) co_return script_.pieces[next_++];
      if (script_.cut) co_return Unavailable("connection termination");
      co_return std::nullopt;
    }
    const http::Headers& trailers() const override { return script_.trailers; }
    UpstreamFailure failure() const override { return failure_; }
    std::string upstream_address() const override { return "127.0.0.1:1"; }
    bool was_on_connection() const override { return script_.failure != UpstreamFailure::kConnectFailure; }

   private:
    HandCluster& cluster_;
    const size_t index_;
    const Script script_;
    size_t next_ = 0;
    size_t next_informational_ = 0;
    UpstreamFailure failure_ = UpstreamFailure::kNone;
  };
};

struct RouterTest : testing::Test {
  RouterTest() {
    config.virtual_hosts.emplace_back();
    config.virtual_hosts[0].domains = {"*"};
    route().match.path = "/";
    route().action = config::RouteAction{.cluster = "backend"};
  }
  config::Route& route() {
    if (config.virtual_hosts[0].routes.empty()) config.virtual_hosts[0].routes.emplace_back();
    return config.virtual_hosts[0].routes[0];
  }
  config::RouteAction& action() { return std::get<config::RouteAction>(route().action); }

  static Task<void> Perform(Router& router, ClientStream& client, RouteChoice& choice) {
    co_await router.Serve(client, choice);
  }
  HandClient& Serve(HandClient& client) {
    const Routes routes(config);
    const Router::Clusters clusters{{"backend", {&cluster, &stats, max_retries}},
                                    {"other", {&other_cluster, &stats, max_retries}}};
    Router router(clusters, options);
    RouteChoice choice(config, routes, client.head(), error_shape, log);
    loop.Run(Perform(router, client, choice));
    return client;
  }

  config::RouteConfiguration config;
  ErrorShape error_shape = ErrorShape::kEnvoy;
  Router::Options options;
  HandCluster cluster;
  HandCluster other_cluster;
  ClusterStats stats;
  uint64_t max_retries = 3;
  AccessLogRecord* log = nullptr;
  ManualExecutor loop;
};

TEST_F(RouterTest, PassesARequestAndItsAnswerOnAsTheyAre) {
  cluster.scripts = {{.status = 201, .headers = {{"content-type", "text/x"}, {"x-a", "1"}}, .pieces = {"ab", "c"}}};
  HandClient client("PUT", "/a?b=c", "hello");
  client.request_headers = {{"X-Mixed", "v"}, {"connection", "keep-alive"}, {"te", "gzip"}, {"host", "test"}};
  Serve(client);
  const Sent& sent = cluster.sent.at(0);
  EXPECT_EQ(sent.method, "PUT");
  EXPECT_EQ(sent.path, "/a?b=c");
  EXPECT_EQ(sent.authority, "test");
  EXPECT_EQ(sent.body, "hello");
  EXPECT_TRUE(sent.ended);
  EXPECT_EQ(sent.headers.Find("x-mixed"), "v");
  EXPECT_FALSE(sent.headers.Has("connection") || sent.headers.Has("te") || sent.headers.Has("host"));
  EXPECT_EQ(client.status, 201);
  EXPECT_EQ(client.content_type, "text/x");
  EXPECT_EQ(client.headers.Find("x-a"), "1");
  EXPECT_EQ(client.answer, "abc");
  EXPECT_TRUE(client.complete);
}

TEST_F(RouterTest, SendsWhatEnvoyMakesOfTheClientsHeaders) {
  cluster.scripts = {{.headers = {{"vary", "a"}, {"vary", "b"}}}, {}};
  HandClient client("GET", "/");
  client.request_headers = {{"te", "gzip, trailers"},            {"expect", "luck"}, {"x-request-id", ""},
                            {"x-forwarded-client-cert", "mine"}, {"x-envoy-internal", "true"}};
  Serve(client);
  const http::Headers& sent = cluster.sent.at(0).headers;
  EXPECT_EQ(sent.FindAll("te"), std::vector<std::string_view>{"trailers"});
  EXPECT_EQ(sent.Find("expect"), "luck");
  EXPECT_EQ(sent.FindAll("x-request-id").size(), 1u);
  EXPECT_EQ(sent.Find("x-request-id")->size(), 36u);
  EXPECT_FALSE(sent.Has("x-forwarded-client-cert") || sent.Has("x-envoy-internal"));
  EXPECT_EQ(client.headers.FindAll("vary"), std::vector<std::string_view>{"a,b"});
  HandClient capital("GET", "/");
  capital.request_headers = {{"te", "gzip, Trailers"}};
  Serve(capital);
  EXPECT_EQ(cluster.sent.back().headers.FindAll("te"), std::vector<std::string_view>{"trailers"});
}

TEST_F(RouterTest, GivesTheRequestANameUnlessItHasOne) {
  cluster.scripts = {{}, {}};
  HandClient first("GET", "/");
  Serve(first);
  EXPECT_EQ(cluster.sent[0].headers.Find("x-forwarded-proto"), "http");
  EXPECT_EQ(cluster.sent[0].headers.Find("x-request-id")->size(), 36u);
  HandClient named("GET", "/");
  named.request_headers = {{"x-request-id", "mine"}};
  Serve(named);
  EXPECT_EQ(cluster.sent[1].headers.FindAll("x-request-id"), std::vector<std::string_view>{"mine"});
}

TEST_F(RouterTest, GivesTheTrailersToTheClient) {
  cluster.scripts = {{.pieces = {"x"}, .trailers = {{"grpc-status", "0"}}}};
  HandClient client("GET", "/");
  EXPECT_EQ(Serve(client).trailers.Find("grpc-status"), "0");
  cluster.scripts = {{.pieces = {"x"}, .trailers = {{"vary", "a"}, {"grpc-status", "0"}, {"vary", "b"}, {"grpc-status", "1"}}}};
  HandClient repeated("POST", "/a", "x");
  EXPECT_EQ(Serve(repeated).trailers, (http::Headers{{"vary", "a"}, {"grpc-status", "0,1"}, {"vary", "b"}}));
}

TEST_F(RouterTest, SaysWhatEnvoySaysWhenThereIsNoAnswer) {
  cluster.scripts = {{.failure = UpstreamFailure::kConnectFailure, .failure_text = "remote connection failure"}};
  HandClient refused("GET", "/");
  Serve(refused);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.content_type, "text/plain");
  EXPECT_EQ(refused.answer,
            "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure");
  cluster.scripts = {{.failure = UpstreamFailure::kNoHealthyHost}};
  HandClient nobody("GET", "/");
  EXPECT_EQ(Serve(nobody).answer, "no healthy upstream");
  cluster.scripts = {{.failure = UpstreamFailure::kOverflow, .failure_text = "overflow"}};
  HandClient overflow("GET", "/");
  EXPECT_EQ(Serve(overflow).headers.Find("x-envoy-overloaded"), "true");
}

TEST_F(RouterTest, AGrpcClientGetsTheSameAsTrailersOnly) {
  cluster.scripts = {{.failure = UpstreamFailure::kNoHealthyHost}};
  HandClient client("POST", "/a.B/C", "x");
  client.request_headers = {{"content-type", "application/grpc"}};
  Serve(client);
  EXPECT_EQ(client.status, 200);
  EXPECT_EQ(client.headers.Find("grpc-status"), "14");
  EXPECT_EQ(client.headers.Find("grpc-message"), "no healthy upstream");
}

TEST_F(RouterTest, TellsOfEveryErrorInTheShapeThatIsAskedFor) {
  error_shape = ErrorShape::kFlat;
  const auto answer = [&](HandClient&& client) {
    Serve(client);
    return fmt::format("{} {} {}", client.status, client.content_type, client.answer);
  };
  cluster.scripts = {{.failure = UpstreamFailure::kNoHealthyHost}};
  EXPECT_EQ(answer({"GET", "/"}), "503 application/json "
                                  R"({"error":"no healthy upstream","code":14,"status":"UNAVAILABLE","details":[]})");
  cluster.scripts = {{.failure = UpstreamFailure::kProtocolError, .failure_text = "protocol error"}};
  EXPECT_EQ(answer({"GET", "/"}),
            "502 application/json "
            R"({"error":"upstream connect error or disconnect/reset before headers. reset reason: protocol error",)"
            R"("code":14,"status":"UNAVAILABLE","details":[]})");
  action().timeout = absl::Milliseconds(250);
  cluster.scripts = {{.head_takes = absl::Seconds(1)}};
  EXPECT_EQ(answer({"GET", "/"}),
            "504 application/json "
            R"({"error":"upstream request timeout","code":4,"status":"DEADLINE_EXCEEDED","details":[]})");
  route().match.path = "/only/here";
  EXPECT_EQ(answer({"GET", "/elsewhere"}),
            R"(404 application/json {"error":"no route matches GET /elsewhere","code":5,"status":"NOT_FOUND","details":[]})");
}

TEST_F(RouterTest, WhatARouteAnswersByItselfIsNoErrorAndGrpcClientsReadNoJson) {
  error_shape = ErrorShape::kFlat;
  HandClient grpc("POST", "/a.B/C", "x");
  grpc.request_headers = {{"content-type", "application/grpc"}};
  cluster.scripts = {{.failure = UpstreamFailure::kNoHealthyHost}};
  Serve(grpc);
  EXPECT_EQ(grpc.status, 200);
  EXPECT_EQ(grpc.headers.Find("grpc-status"), "14");
  EXPECT_EQ(grpc.answer, "");
  route().action = config::DirectResponseAction{403, "no"};
  HandClient direct("GET", "/");
  EXPECT_EQ(Serve(direct).answer, "no");
  EXPECT_EQ(direct.content_type, "text/plain");
}

TEST_F(RouterTest, EndsAnAnswerThatTakesLongerThanTheRouteAllows) {
  action().timeout = absl::Milliseconds(250);
  cluster.scripts = {{.head_takes = absl::Seconds(1)}};
  HandClient client("GET", "/");
  Serve(client);
  EXPECT_EQ(client.status, 504);
  EXPECT_EQ(client.answer, "upstream request timeout");
}

TEST_F(RouterTest, EndsWhatTakesLongerThanAStreamMay) {
  options.max_stream_duration = absl::Milliseconds(250);
  cluster.scripts = {{.head_takes = absl::Seconds(1)}};
  HandClient client("GET", "/");
  Serve(client);
  EXPECT_EQ(client.status, 504);
  EXPECT_EQ(client.answer, "downstream duration timeout");
  EXPECT_FALSE(cluster.sent[0].headers.Has("grpc-timeout"));

  action().max_stream_duration = {.max_stream_duration = absl::Milliseconds(100)};
  cluster.scripts = {{.head_takes = absl::Milliseconds(150)}};
  HandClient grpc("POST", "/", "x");
  grpc.request_headers = {{"content-type", "application/grpc"}, {"grpc-timeout", "1S"}};
  Serve(grpc);
  EXPECT_EQ(grpc.headers.Find("grpc-status"), "4");
  EXPECT_EQ(grpc.headers.Find("grpc-message"), "downstream duration timeout");
  EXPECT_EQ(cluster.sent[1].headers.FindAll("grpc-timeout"), std::vector<std::string_view>{"100m"});
}

TEST_F(RouterTest, CutsAnAnswerWhoseRestIsLost) {
  cluster.scripts = {{.pieces = {"half"}, .cut = true}};
  HandClient client("GET", "/");
  Serve(client);
  EXPECT_EQ(client.answer, "half");
  EXPECT_TRUE(client.cut);
  EXPECT_FALSE(client.complete);
}

TEST_F(RouterTest, AnswersByItselfWhereTheRouteSaysSoOrThereIsNone) {
  route().action = config::DirectResponseAction{403, "no"};
  HandClient direct("GET", "/");
  EXPECT_EQ(Serve(direct).status, 403);
  EXPECT_EQ(direct.answer, "no");
  EXPECT_FALSE(direct.headers.Has("location"));
  route().action = config::DirectResponseAction{302, "there"};
  route().response_headers.add = {{"content-type", "text/x"}};
  HandClient redirected("GET", "/a?b");
  EXPECT_EQ(Serve(redirected).status, 302);
  EXPECT_EQ(redirected.headers.Find("location"), "http://test/a?b");
  EXPECT_EQ(redirected.headers.Find("content-type"), "text/x");
  EXPECT_EQ(redirected.content_type, "");
  route().action = config::DirectResponseAction{200, ""};
  HandClient empty("GET", "/");
  EXPECT_FALSE(Serve(empty).headers.Has("content-type"));
  route().match.path = "/only/here";
  HandClient lost("GET", "/elsewhere");
  EXPECT_EQ(Serve(lost).status, 404);
  EXPECT_EQ(lost.answer, "");
}

TEST_F(RouterTest, SendsTheSameBodyAgainWhereThePolicyRetries) {
  action().retry_policy = config::RetryPolicy{.retry_on = {"connect-failure", "5xx"}, .num_retries = 2};
  cluster.scripts = {{.failure = UpstreamFailure::kConnectFailure, .failure_text = "x"}, {.status = 503}, {.status = 200}};
  HandClient client("POST", "/", "payload");
  EXPECT_EQ(Serve(client).status, 200);
  ASSERT_EQ(cluster.sent.size(), 3u);
  for (const Sent& sent : cluster.sent) EXPECT_EQ(sent.body, "payload");
  for (const Sent& sent : cluster.sent) EXPECT_TRUE(sent.ended);
}

TEST_F(RouterTest, GivesTheLastAnswerWhenTheRetriesAreUsedUp) {
  action().retry_policy = config::RetryPolicy{.retry_on = {"5xx"}, .num_retries = 1};
  cluster.scripts = {{.status = 500}, {.status = 503}};
  HandClient client("GET", "/");
  EXPECT_EQ(Serve(client).status, 503);
}

TEST_F(RouterTest, DoesNotRetryWhatHasAnInterimAnswer) {
  action().retry_policy =
      config::RetryPolicy{.retry_on = {"5xx"}, .num_retries = 1, .per_try_timeout = absl::Seconds(1)};
  for (const int interim : {100, 102, 103}) {
    cluster.scripts = {{.informational = {interim}, .status = 500}};
    HandClient client("GET", "/");
    EXPECT_EQ(Serve(client).status, 500) << interim;
    cluster.scripts = {{.informational = {interim}, .head_takes = absl::Seconds(2)}};
    HandClient late("GET", "/");
    EXPECT_EQ(Serve(late).status, 504) << interim;
  }
  cluster.scripts = {{.informational = {199}, .status = 500}, {.status = 200}};
  HandClient client("GET", "/");
  EXPECT_EQ(Serve(client).status, 200);
}

TEST_F(RouterTest, RetriesWhatAGrpcStatusInTheHeadSays) {
  action().retry_policy = config::RetryPolicy{.retry_on = {"unavailable"}, .num_retries = 2};
  cluster.scripts = {{.headers = {{"grpc-status", "14"}}}, {.headers = {{"grpc-status", "5"}}}};
  HandClient client("POST", "/", "x");
  Serve(client);
  EXPECT_EQ(client.headers.Find("grpc-status"), "5");
  EXPECT_EQ(cluster.sent.size(), 2u);
}

TEST_F(RouterTest, GivesEachAttemptItsOwnTime) {
  action().retry_policy =
      config::RetryPolicy{.retry_on = {"gateway-error"}, .num_retries = 1, .per_try_timeout = absl::Milliseconds(100)};
  cluster.scripts = {{.head_takes = absl::Seconds(1)}, {.status = 201, .head_takes = absl::Milliseconds(90)}};
  HandClient client("GET", "/");
  EXPECT_EQ(Serve(client).status, 201);
  EXPECT_EQ(cluster.sent.size(), 2u);
}

TEST_F(RouterTest, TellsHowLongTheUpstreamTookWithAllAttempts) {
  config::RetryPolicy policy;
  policy.retry_on = {"5xx"};
  policy.base_interval = absl::Milliseconds(30);
  action().retry_policy = policy;
  cluster.scripts = {{.status = 503, .head_takes = absl::Milliseconds(100)}, {.head_takes = absl::Milliseconds(50)}};
  HandClient client("GET", "/");
  EXPECT_EQ(Serve(client).headers.Find("x-envoy-upstream-service-time"), "180");
}

TEST_F(RouterTest, AnAttemptWithoutTimeLeftAndWithoutRetriesIsATimeout) {
  action().retry_policy =
      config::RetryPolicy{.retry_on = {"connect-failure"}, .num_retries = 1, .per_try_timeout = absl::Milliseconds(100)};
  cluster.scripts = {{.head_takes = absl::Seconds(1)}};
  HandClient client("POST", "/", "x");
  EXPECT_EQ(Serve(client).status, 504);
  EXPECT_EQ(client.answer, "upstream request timeout");
  EXPECT_EQ(cluster.sent.size(), 1u);
}

TEST_F(RouterTest, NoMoreRetriesAreUnderWayThanTheClusterAllows) {
  action().retry_policy = config::RetryPolicy{.retry_on = {"5xx"}, .num_retries = 1};
  max_retries = 0;
  cluster.scripts = {{.status = 503}};
  HandClient client("GET", "/");
  EXPECT_EQ(Serve(client).status, 503);
  EXPECT_EQ(cluster.sent.size(), 1u);
}

TEST_F(RouterTest, ASilenceEndsTheWaitForAnAnswer) {
  action().timeout = absl::ZeroDuration();
  action().idle_timeout = absl::Seconds(2);
  cluster.scripts = {{.head_takes = absl::Seconds(3)}};
  HandClient client("GET", "/");
  EXPECT_EQ(Serve(client).status, 504);
  EXPECT_EQ(client.answer, "stream timeout");
}

TEST_F(RouterTest, NotesWhatTheAccessLogIsToShow) {
  action().retry_policy = config::RetryPolicy{.retry_on = {"connect-failure"}, .num_retries = 1};
  route().request_headers.add = {{.name = "x-added", .value = "yes"}};
  cluster.scripts = {{.failure = UpstreamFailure::kConnectFailure}, {.pieces = {"a"}}};
  AccessLogRecord answered;
  log = &answered;
  HandClient client("GET", "/a");
  Serve(client);
  EXPECT_EQ(answered.request.Find(":path"), "/a");
  EXPECT_EQ(answered.request.Find("x-added"), "yes");
  EXPECT_EQ(answered.upstream_host, "127.0.0.1:1");
  EXPECT_EQ(answered.upstream_attempts, 2u);
  EXPECT_TRUE(answered.upstream_connected);
  EXPECT_TRUE(answered.upstream_start.has_value());
  EXPECT_TRUE(answered.flags.empty());

  cluster.scripts = {{.failure = UpstreamFailure::kConnectFailure}, {.failure = UpstreamFailure::kConnectFailure}};
  AccessLogRecord failed;
  log = &failed;
  HandClient another("GET", "/a");
  Serve(another);
  EXPECT_FALSE(failed.upstream_connected);
  EXPECT_FALSE(failed.upstream_start.has_value());
  const std::vector<ResponseFlag> flags(failed.flags.begin(), failed.flags.end());
  EXPECT_EQ(flags, (std::vector<ResponseFlag>{ResponseFlag::kUpstreamRetryLimitExceeded,
                                              ResponseFlag::kUpstreamConnectionFailure}));
}

TEST_F(RouterTest, NotesWhyThereIsNoAnswerOrNotAllOfIt) {
  const std::pair<Script, ResponseFlag> kCases[] = {
      {{.failure = UpstreamFailure::kNoHealthyHost}, ResponseFlag::kNoHealthyUpstream},
      {{.failure = UpstreamFailure::kOverflow}, ResponseFlag::kUpstreamOverflow},
      {{.failure = UpstreamFailure::kConnectTimeout}, ResponseFlag::kUpstreamConnectionFailure},
      {{.failure = UpstreamFailure::kConnectionTermination}, ResponseFlag::kUpstreamConnectionTermination},
      {{.failure = UpstreamFailure::kRemoteReset}, ResponseFlag::kUpstreamRemoteReset},
      {{.failure = UpstreamFailure::kRemoteRefusedStream}, ResponseFlag::kUpstreamRemoteReset},
      {{.failure = UpstreamFailure::kProtocolError}, ResponseFlag::kUpstreamProtocolError},
  };
  for (const auto& [script, flag] : kCases) {
    cluster.scripts = {script};
    AccessLogRecord record;
    log = &record;
    HandClient client("GET", "/");
    Serve(client);
    EXPECT_EQ(std::vector<ResponseFlag>(record.flags.begin(), record.flags.end()), std::vector<ResponseFlag>{flag});
  }
}

TEST_F(RouterTest, WithoutAPolicyNothingIsSentTwice) {
  cluster.scripts = {{.failure = UpstreamFailure::kConnectFailure, .failure_text = "x"}};
  HandClient client("GET", "/");
  EXPECT_EQ(Serve(client).status, 503);
  EXPECT_EQ(cluster.sent.size(), 1u);
}

TEST_F(RouterTest, RewritesThePrefixAndTheHostAndAddsHeaders) {
  route().match.path = "/api/";
  action().prefix_rewrite = "/";
  action().host_rewrite_literal = "inner";
  route().request_headers.add = {{"x-in", "1"}};
  route().response_headers.add = {{"x-out", "2"}, {"vary", "b"}};
  cluster.scripts = {{.headers = {{"vary", "a"}}, .pieces = {"x"}}};
  HandClient client("GET", "/api/v1?q=1");
  Serve(client);
  EXPECT_EQ(cluster.sent[0].path, "/v1?q=1");
  EXPECT_EQ(cluster.sent[0].authority, "inner");
  EXPECT_EQ(cluster.sent[0].headers.Find("x-in"), "1");
  EXPECT_EQ(cluster.sent[0].headers.Find("x-envoy-original-path"), "/api/v1?q=1");
  EXPECT_EQ(client.headers.Find("x-out"), "2");
  EXPECT_EQ(client.headers.FindAll("vary"), std::vector<std::string_view>{"a,b"});
}

TEST_F(RouterTest, AddsTheRoutesHeadersToWhatItSaysItself) {
  route().response_headers.add = {{"x-out", "2"}};
  cluster.scripts = {{.failure = UpstreamFailure::kRemoteReset, .failure_text = "remote reset"}};
  HandClient client("GET", "/");
  EXPECT_EQ(Serve(client).status, 503);
  EXPECT_EQ(client.headers.Find("x-out"), "2");
}

TEST_F(RouterTest, RedirectsToTheRewrittenPathAndChangesThatHeaderToo) {
  route().match.path = "/old";
  route().action = config::RedirectAction{.scheme_redirect = "https", .prefix_rewrite = "/new", .response_code = 307};
  config.virtual_hosts[0].response_headers.add = {{"x-host", "1"}};
  HandClient client("GET", "/old/a?b");
  EXPECT_EQ(Serve(client).status, 307);
  EXPECT_EQ(client.headers.Find("location"), "https://test/new/a?b");
  EXPECT_EQ(client.headers.Find("x-host"), "1");
  config.response_headers.remove = {"location"};
  HandClient without("GET", "/old");
  EXPECT_FALSE(Serve(without).headers.Has("location"));
}

TEST_F(RouterTest, TheRouteConfigurationHasTheLastWordUnlessTheMostSpecificOneIsToWin) {
  using Action = config::HeaderToAdd::Action;
  route().request_headers.add = {{"x-in", "route", Action::kOverwriteIfExistsOrAdd}};
  config.request_headers.add = {{"x-in", "config", Action::kOverwriteIfExistsOrAdd}};
  route().response_headers.remove = {"x-envoy-upstream-service-time"};
  cluster.scripts = {{}, {}};
  HandClient client("GET", "/");
  Serve(client);
  EXPECT_EQ(cluster.sent[0].headers.Find("x-in"), "config");
  EXPECT_FALSE(client.headers.Has("x-envoy-upstream-service-time"));
  config.most_specific_header_mutations_wins = true;
  HandClient again("GET", "/");
  Serve(again);
  EXPECT_EQ(cluster.sent[1].headers.Find("x-in"), "route");
}

TEST_F(RouterTest, GivesEachClusterItsShare) {
  action().cluster.clear();
  action().weighted_clusters = {{"nobody", 0}, {"backend", 1}, {"other", 3}};
  cluster.scripts.resize(400);
  other_cluster.scripts.resize(400);
  for (int i = 0; i < 400; ++i) {
    HandClient client("GET", "/");
    Serve(client);
  }
  EXPECT_EQ(cluster.sent.size() + other_cluster.sent.size(), 400u);
  EXPECT_GT(cluster.sent.size(), 30u);  // of 100 on average
  EXPECT_LT(cluster.sent.size(), 200u);
}

TEST_F(RouterTest, WhatHasNoRouteIsAnsweredAsItIs) {
  route().match.path = "/only/here";
  config.virtual_hosts[0].response_headers.add = {{"x-host", "1"}};
  HandClient lost("GET", "/elsewhere");
  EXPECT_EQ(Serve(lost).status, 404);
  EXPECT_FALSE(lost.headers.Has("x-host"));
}

TEST_F(RouterTest, TellsTheLengthOfWhatIsNotSent) {
  cluster.scripts = {{.status = 304, .headers = {{"content-length", "5"}}}};
  HandClient client("GET", "/");
  Serve(client);
  EXPECT_EQ(client.status, 304);
  EXPECT_EQ(client.content_length, 5u);
}

}  // namespace
}  // namespace minato::gateway

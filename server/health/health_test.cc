#include "server/health/health.h"

#include <gtest/gtest.h>

#include "grpc/health/v1/health.minato.h"
#include "runtime/manual_executor.h"
#include "server/call/test_call.h"
#include "server/call/test_stream.h"

namespace minato::health {
namespace {

namespace v1 = grpc::health::v1;

v1::HealthCheckRequest Request(std::string_view service) {
  v1::HealthCheckRequest request;
  request.set_service(std::string(service));
  return request;
}

struct HealthFixture {
  StatusOr<v1::HealthCheckResponse> Check(std::string_view service) {
    TestCall call(loop);
    const v1::HealthCheckRequest request = Request(service);
    return loop.Run(health::Check(env, call, request));
  }

  ManualExecutor loop;
  HealthEnv env;
};

TEST(Check, AnswersForTheServerAndForEachServiceThatWasSet) {
  HealthFixture f;
  f.env.board.Set("", true);
  f.env.board.Set("a.Service", false);
  EXPECT_EQ(f.Check("")->status(), v1::HealthCheckResponse::SERVING);
  EXPECT_EQ(f.Check("a.Service")->status(), v1::HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(f.Check("b.Service").status().code(), StatusCode::kNotFound);
}

TEST(Check, IsNotServingOnceTheServerShutsDownWhateverIsSetAfterwards) {
  HealthFixture f;
  f.env.board.Set("", true);
  f.env.board.Shutdown();
  f.env.board.Set("a.Service", true);
  EXPECT_EQ(f.Check("")->status(), v1::HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(f.Check("a.Service")->status(), v1::HealthCheckResponse::NOT_SERVING);
}

TEST(List, HasEveryService) {
  HealthFixture f;
  f.env.board.Set("", true);
  f.env.board.Set("a.Service", false);
  TestCall call(f.loop);
  const v1::HealthListRequest request;
  const StatusOr<v1::HealthListResponse> list = f.loop.Run(List(f.env, call, request));
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->statuses_size(), 2);
  EXPECT_EQ(list->statuses().at("").status(), v1::HealthCheckResponse::SERVING);
  EXPECT_EQ(list->statuses().at("a.Service").status(), v1::HealthCheckResponse::NOT_SERVING);
}

Task<Status> Watching(HealthEnv& env, CallContext& call, const v1::HealthCheckRequest& request,
                      Writer<v1::HealthCheckResponse>& writer) {
  return Watch(env, call, request, writer);
}

TEST(Watch, TellsTheStateAtOnceAndEachChangeOnceUntilItIsCancelled) {
  HealthFixture f;
  TestCall call(f.loop);
  TestStream stream;
  Writer<v1::HealthCheckResponse> writer(stream);
  const v1::HealthCheckRequest request = Request("a.Service");
  std::optional<Scope> scope;
  f.loop.Enter([&] {
    scope.emplace(static_cast<Executor&>(f.loop));
    scope->Spawn(Watching(f.env, call, request, writer));
  });
  ASSERT_EQ(stream.sent(), 1);
  EXPECT_EQ(stream.Sent<v1::HealthCheckResponse>(0).status(), v1::HealthCheckResponse::SERVICE_UNKNOWN);

  f.env.board.Set("a.Service", true);
  f.loop.RunUntilIdle();
  ASSERT_EQ(stream.sent(), 2);
  EXPECT_EQ(stream.Sent<v1::HealthCheckResponse>(1).status(), v1::HealthCheckResponse::SERVING);

  f.env.board.Set("a.Service", true);
  f.env.board.Set("b.Service", true);
  f.loop.RunUntilIdle();
  EXPECT_EQ(stream.sent(), 2);

  f.env.board.Shutdown();
  f.loop.RunUntilIdle();
  ASSERT_EQ(stream.sent(), 3);
  EXPECT_EQ(stream.Sent<v1::HealthCheckResponse>(2).status(), v1::HealthCheckResponse::NOT_SERVING);

  f.loop.Enter([&] { scope->Cancel(Cancelled("the test is over")); });
  f.loop.RunUntilIdle();
  EXPECT_EQ(scope->size(), 0);
  // A notice may be under way to a watcher that is gone.
  f.env.board.Set("a.Service", true);
  f.loop.RunUntilIdle();
}

}  // namespace
}  // namespace minato::health

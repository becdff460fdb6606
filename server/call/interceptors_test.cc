#include <stdexcept>

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "runtime/event.h"
#include "runtime/manual_executor.h"
#include "server/call/limit.h"
#include "server/call/observe.h"
#include "server/call/recover.h"
#include "server/call/test_call.h"
#include "server/call/test_stream.h"

namespace minato {
namespace {

// Stands where the handler would.
class Handler final : public Interceptor {
 public:
  explicit Handler(Task<Status> (*handle)(Event& proceed)) : handle_(handle) {}
  Task<Status> Intercept(CallContext&, MessageStream&, NextInCall) override { return handle_(proceed); }

  Event proceed;

 private:
  Task<Status> (*const handle_)(Event& proceed);
};

Task<Status> Throw(Event&) { throw std::runtime_error("the secret"); co_return OkStatus(); }
Task<Status> ThrowAnInt(Event&) { throw 7; co_return OkStatus(); }
Task<Status> Fail(Event&) { co_return NotFound("no such thing"); }
Task<Status> Wait(Event& proceed) { co_return co_await proceed.Wait(); }

Task<void> Keep(Task<Status> task, std::optional<Status>* result) {
  Status status = co_await std::move(task);
  *result = std::move(status);
}

struct Call {
  explicit Call(ManualExecutor& loop) : loop(loop), call(loop) {}

  void Start(std::initializer_list<Interceptor*> interceptors) {
    chain = interceptors;
    loop.Spawn(Keep(NextInCall(chain)(call, stream), &result));
  }

  ManualExecutor& loop;
  TestCall call;
  TestStream stream;
  std::vector<Interceptor*> chain;
  std::optional<Status> result;
};

TEST(Recover, TurnsAnExceptionIntoInternalWithoutItsText) {
  for (const auto handle : {&Throw, &ThrowAnInt}) {
    ManualExecutor loop;
    Recover recover;
    Handler handler(handle);
    Call call(loop);
    call.Start({&recover, &handler});
    ASSERT_TRUE(call.result.has_value());
    EXPECT_EQ(call.result->code(), StatusCode::kInternal);
    EXPECT_EQ(MessageOf(*call.result).find("secret"), std::string_view::npos);
  }
}

TEST(Recover, LeavesAStatusAlone) {
  ManualExecutor loop;
  Recover recover;
  Handler handler(&Fail);
  Call call(loop);
  call.Start({&recover, &handler});
  EXPECT_EQ(*call.result, NotFound("no such thing"));
}

TEST(Limit, RefusesOneCallMoreAndTakesTheNextWhenAPlaceIsFree) {
  ManualExecutor loop;
  Limit limit(2);
  Handler handler(&Wait);
  Call first(loop), second(loop), third(loop), fourth(loop);
  first.Start({&limit, &handler});
  second.Start({&limit, &handler});
  third.Start({&limit, &handler});
  EXPECT_FALSE(first.result.has_value());
  EXPECT_FALSE(second.result.has_value());
  ASSERT_TRUE(third.result.has_value());
  EXPECT_EQ(third.result->code(), StatusCode::kResourceExhausted);
  handler.proceed.Set();
  loop.RunUntilIdle();
  EXPECT_TRUE(first.result->ok());
  fourth.Start({&limit, &handler});
  EXPECT_TRUE(fourth.result->ok());
}

Task<Status> ServeNothing(void*, CallContext&, MessageStream&) { co_return OkStatus(); }

const google::protobuf::MethodDescriptor* TheMethod(google::protobuf::DescriptorPool& pool) {
  google::protobuf::FileDescriptorProto file;
  CHECK(google::protobuf::TextFormat::ParseFromString(
      R"(name: "a.proto" package: "a" message_type { name: "E" }
         service { name: "S" method { name: "M" input_type: "E" output_type: "E" } })",
      &file));
  return pool.BuildFile(file)->service(0)->method(0);
}

TEST(Observe, CountsCallsErrorsAndThoseInFlight) {
  ManualExecutor loop;
  google::protobuf::DescriptorPool pool;
  MethodRegistry registry;
  registry.Add({.path = "/a.S/M", .descriptor = TheMethod(pool), .serve = &ServeNothing});
  MetricsRegistry metrics;
  Observe observe(registry, metrics, false);
  const auto shows = [&](std::string_view text) { return metrics.ToJson().find(text) != std::string::npos; };
  const std::string scope = "\"rpc.a.S.M";

  Handler waits(&Wait);
  Call first(loop);
  first.Start({&observe, &waits});
  EXPECT_TRUE(shows(scope + ".calls\":1"));
  EXPECT_TRUE(shows(scope + ".in_flight\":1"));
  waits.proceed.Set();
  loop.RunUntilIdle();
  EXPECT_TRUE(shows(scope + ".in_flight\":0"));
  EXPECT_TRUE(shows(scope + ".errors\":0"));

  Handler fails(&Fail);
  Call second(loop);
  second.Start({&observe, &fails});
  EXPECT_TRUE(shows(scope + ".errors\":1"));
  EXPECT_TRUE(shows(scope + ".calls\":2"));
  EXPECT_TRUE(shows(scope + ".in_flight\":0"));
}

}  // namespace
}  // namespace minato

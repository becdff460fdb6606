#include <thread>

#include "server/rpc/probe_fixture.h"

namespace minato::probe {
namespace {

TEST(Drain, LetsCallsInFlightFinish) {
  ProbeFixture f;
  grpc::Status status;
  std::thread client([&] { status = f.Ask("pause"); });
  f.env.waiting.wait();
  EXPECT_TRUE(f.server->Drain(absl::Seconds(5)).ok());
  client.join();
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST(Drain, TellsStreamsAfterTheGrace) {
  rpc::ServerOptions options;
  options.stream_grace = absl::Milliseconds(10);
  ProbeFixture f(options);
  grpc::ClientContext context;
  auto reader = f.stub->Count(&context, MakeProbe("wait", 0));
  f.env.waiting.wait();
  const absl::Time began = absl::Now();
  EXPECT_TRUE(f.server->Drain(absl::Minutes(1)).ok());
  EXPECT_LT(absl::Now() - began, absl::Seconds(30));
  EXPECT_EQ(f.env.stop_reason.code(), StatusCode::kUnavailable) << f.env.stop_reason;
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "the server is draining");
}

TEST(Drain, EndsEverythingAtTheBound) {
  ProbeFixture f;
  grpc::Status status;
  std::thread client([&] { status = f.Ask("wait"); });
  f.env.waiting.wait();
  EXPECT_TRUE(f.server->Drain(absl::Milliseconds(20)).ok());
  client.join();
  EXPECT_FALSE(status.ok());
  EXPECT_FALSE(f.env.stop_reason.ok());
}

TEST(DrainDeathTest, NamesTheCallsThatDoNotEnd) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        rpc::ServerOptions options;
        options.join_bound = absl::Milliseconds(20);
        ProbeFixture f(options);
        std::thread client([&] { f.Ask("stubborn"); });
        f.env.waiting.wait();
        const Status drained = f.server->Drain(absl::Milliseconds(20));
        std::fprintf(stderr, "%s\n", std::string(drained.message()).c_str());
        std::_Exit(3);
      },
      testing::ExitedWithCode(3), "still running after draining: /minato.probe.v1.ProbeService/Ask");
}

}  // namespace
}  // namespace minato::probe

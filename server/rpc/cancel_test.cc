#include "server/rpc/probe_fixture.h"

namespace minato::probe {
namespace {

TEST(Deadline, ReachesTheHandlerAsItsOwn) {
  ProbeFixture f;
  grpc::ClientContext context;
  const absl::Time deadline = absl::Now() + absl::Milliseconds(200);
  context.set_deadline(absl::ToChronoTime(deadline));
  const grpc::Status status = f.Ask(context, "wait");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  f.env.stopped.wait();
  EXPECT_LT(absl::AbsDuration(f.env.deadline - deadline), absl::Milliseconds(100));
}

// The header alone: this client would wait for ever.
TEST(Deadline, IsKeptByTheServerItself) {
  ProbeFixture f;
  grpc::ClientContext context;
  context.AddMetadata("grpc-timeout", "50m");
  const grpc::Status status = f.Ask(context, "wait");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(status.error_message(), "the call's deadline has passed");
  f.env.stopped.wait();
  EXPECT_EQ(f.env.stop_reason.code(), StatusCode::kDeadlineExceeded) << f.env.stop_reason;
}

TEST(Deadline, ThatTheClientDoesNotSetIsInfinite) {
  ProbeFixture f;
  grpc::ClientContext context;
  auto reader = f.stub->Count(&context, MakeProbe("wait", 0));
  f.env.waiting.wait();
  EXPECT_EQ(f.env.deadline, absl::InfiniteFuture());
  context.TryCancel();
  f.env.stopped.wait();
}

TEST(Cancellation, ReachesTheHandlerOfAServerStream) {
  ProbeFixture f;
  grpc::ClientContext context;
  auto reader = f.stub->Count(&context, MakeProbe("wait", 0));
  f.env.waiting.wait();
  context.TryCancel();
  f.env.stopped.wait();
  EXPECT_EQ(f.env.stop_reason.code(), StatusCode::kCancelled) << f.env.stop_reason;
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST(Cancellation, ReachesAHandlerThatWrites) {
  ProbeFixture f;
  grpc::ClientContext context;
  auto reader = f.stub->Count(&context, MakeProbe("endless", 0));
  v1::Probe reply;
  ASSERT_TRUE(reader->Read(&reply));
  context.TryCancel();
  f.env.stopped.wait();
  EXPECT_EQ(f.env.stop_reason.code(), StatusCode::kCancelled) << f.env.stop_reason;
}

// Never as the end of the stream, which a handler would answer.
TEST(Cancellation, ReachesAHandlerThatReadsAsAnError) {
  for (int i = 0; i < 50; ++i) {
    ProbeFixture f;
    grpc::ClientContext context;
    v1::Probe sum;
    auto writer = f.stub->Sum(&context, &sum);
    ASSERT_TRUE(writer->Write(MakeProbe("", 1)));
    ASSERT_TRUE(writer->Write(MakeProbe("say", 1)));
    f.env.waiting.wait();
    context.TryCancel();
    EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::CANCELLED);
    f.env.stopped.wait();
    ASSERT_EQ(f.env.stop_reason.code(), StatusCode::kCancelled) << f.env.stop_reason;
  }
}

TEST(Cancellation, ReachesBothHalvesOfABidiHandler) {
  ProbeFixture f;
  grpc::ClientContext context;
  auto stream = f.stub->Converse(&context);
  ASSERT_TRUE(stream->Write(MakeProbe("wait", 0)));
  f.env.waiting.wait();
  context.TryCancel();
  f.env.stopped.wait();
  EXPECT_EQ(f.env.stop_reason.code(), StatusCode::kCancelled) << f.env.stop_reason;
}

// The fixture ends with every gauge at zero, whatever the clients left behind.
TEST(Cancellation, OfClientsThatVanishMidStreamLeavesNothingBehind) {
  ProbeFixture f;
  for (int i = 0; i < 50; ++i) {
    auto stub = f.NewStub();
    auto context = std::make_unique<grpc::ClientContext>();
    auto stream = stub->Converse(context.get());
    ASSERT_TRUE(stream->Write(MakeProbe("", 1'000'000)));
    v1::Probe reply;
    ASSERT_TRUE(stream->Read(&reply));
    stub.reset();
    context->TryCancel();
    stream->Finish();
  }
}

}  // namespace
}  // namespace minato::probe

#include <grpcpp/impl/codegen/client_unary_call.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/rpc/probe_fixture.h"

namespace minato::probe {
namespace {

TEST(UnaryCall, IsAnsweredByItsHandler) {
  ProbeFixture f;
  v1::Probe reply;
  const grpc::Status status = f.Ask("", &reply);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(reply.number(), 42);
}

TEST(UnaryCall, OfAnUnknownMethodIsUnimplementedAndSaysWhich) {
  ProbeFixture f;
  auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(f.server->port()),
                                     grpc::InsecureChannelCredentials());
  grpc::ClientContext context;
  v1::Probe probe;
  const grpc::Status status = grpc::internal::BlockingUnaryCall(
      channel.get(),
      grpc::internal::RpcMethod("/minato.probe.v1.ProbeService/Guess", grpc::internal::RpcMethod::NORMAL_RPC),
      &context, probe, &probe);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(status.error_message(), "unknown method Guess of service minato.probe.v1.ProbeService");
}

TEST(UnaryCall, FailsWithTheStatusAndTheDetailsOfItsHandler) {
  ProbeFixture f;
  const grpc::Status status = f.Ask("refuse");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "probe.number: too odd");
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), 3);
  EXPECT_EQ(details.message(), "probe.number: too odd");
  ASSERT_EQ(details.details_size(), 2);
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    if (any.UnpackTo(&info)) EXPECT_EQ(info.reason(), "TOO_ODD");
  }
}

TEST(UnaryCall, WhoseHandlerThrowsIsInternalAndKeepsTheTextToTheServer) {
  ProbeFixture f;
  const grpc::Status status = f.Ask("throw");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(status.error_message().find("secret"), std::string::npos);
}

TEST(UnaryCall, CarriesMetadataBothWaysAndDropsWhatIsNotTheApplications) {
  ProbeFixture f;
  grpc::ClientContext context;
  const std::string binary("\0\xff,\n", 4);
  context.AddMetadata("x-text", "plain");
  context.AddMetadata("x-raw-bin", binary);
  const grpc::Status status = f.Ask(context, "metadata");
  EXPECT_TRUE(status.ok()) << status.error_message();
  const auto value = [](const auto& fields, const char* key) {
    const auto found = fields.find(key);
    return found == fields.end() ? std::string("none")
                                 : std::string(found->second.data(), found->second.size());
  };
  EXPECT_EQ(value(context.GetServerInitialMetadata(), "initial-x-text"), "plain");
  EXPECT_EQ(value(context.GetServerInitialMetadata(), "initial-x-raw-bin"), binary);
  EXPECT_EQ(value(context.GetServerTrailingMetadata(), "trailing-x-text"), "plain");
  EXPECT_EQ(value(context.GetServerTrailingMetadata(), "trailing-x-raw-bin"), binary);
  EXPECT_EQ(value(context.GetServerTrailingMetadata(), "x-illegal-value"), "none");
  EXPECT_EQ(value(context.GetServerTrailingMetadata(), "grpc-ours"), "none");
}

TEST(UnaryCall, CarriesTheHttpStatusAsMetadata) {
  ProbeFixture f;
  grpc::ClientContext context;
  EXPECT_TRUE(f.Ask(context, "http").ok());
  const auto& fields = context.GetServerInitialMetadata();
  const auto found = fields.find("minato-http-status");
  ASSERT_NE(found, fields.end());
  EXPECT_EQ(std::string(found->second.data(), found->second.size()), "202");
}

TEST(UnaryCall, LargerThanTheServerTakesIsRefusedAndToldWhy) {
  rpc::ServerOptions options;
  options.request_bytes_max = 1000;
  ProbeFixture f(options);
  for (const auto algorithm : {GRPC_COMPRESS_NONE, GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    grpc::ClientContext context;
    context.set_compression_algorithm(algorithm);
    v1::Probe request, reply;
    request.set_payload(std::string(1 << 20, 'x'));
    const grpc::Status status = f.stub->Ask(&context, request, &reply);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << algorithm;
    EXPECT_NE(status.error_message().find("1000 bytes"), std::string::npos) << status.error_message();
  }
}

TEST(UnaryCall, MayBeCompressedBothWays) {
  ProbeFixture f;
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    grpc::ClientContext context;
    context.set_compression_algorithm(algorithm);
    v1::Probe request = MakeProbe("compress", 1), reply;
    request.set_payload(std::string(1 << 20, 'x'));
    const grpc::Status status = f.stub->Ask(&context, request, &reply);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(reply.payload(), request.payload());
  }
}

TEST(UnaryCall, BeyondTheBoundOfCallsInFlightIsRefused) {
  rpc::ServerOptions options;
  options.calls_in_flight_max = 1;
  ProbeFixture f(options);
  grpc::ClientContext first;
  auto reader = f.stub->Count(&first, MakeProbe("wait", 0));
  f.env.waiting.wait();
  const grpc::Status status = f.Ask("");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_NE(status.error_message().find("1 calls in flight"), std::string::npos) << status.error_message();
  first.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  f.env.stopped.wait();
}

TEST(Server, SaysWhichAddressItCannotHave) {
  ProbeFixture f;
  MethodRegistry registry;
  rpc::ServerOptions options;
  options.address = "127.0.0.1:" + std::to_string(f.server->port());
  rpc::Server second(registry, options);
  const Status started = second.Start();
  EXPECT_EQ(started.code(), StatusCode::kUnavailable);
  EXPECT_NE(MessageOf(started).find(options.address), std::string::npos) << started;
}

}  // namespace
}  // namespace minato::probe

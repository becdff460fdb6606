#include <thread>

#include "server/rpc/probe_fixture.h"

namespace minato::probe {
namespace {

TEST(ServerStream, DeliversEveryMessageInOrderAndThenTheStatus) {
  ProbeFixture f;
  for (const int64_t count : {0, 1, 2, 3, 1000}) {
    grpc::ClientContext context;
    auto reader = f.stub->Count(&context, MakeProbe("", count));
    v1::Probe reply;
    for (int64_t i = 0; i < count; ++i) {
      ASSERT_TRUE(reader->Read(&reply));
      EXPECT_EQ(reply.number(), i);
    }
    EXPECT_FALSE(reader->Read(&reply));
    EXPECT_TRUE(reader->Finish().ok());
  }
}

TEST(ServerStream, ThatFailsDeliversWhatWasWrittenFirst) {
  ProbeFixture f;
  grpc::ClientContext context;
  auto reader = f.stub->Count(&context, MakeProbe("fail", 5));
  v1::Probe reply;
  int received = 0;
  while (reader->Read(&reply)) ++received;
  EXPECT_EQ(received, 5);
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_EQ(status.error_message(), "after 5 messages");
}

TEST(ServerStream, MessagesMayBeLargerThanTheSendQueue) {
  rpc::ServerOptions options;
  options.send_queue_bytes_max = 1000;
  ProbeFixture f(options);
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  auto stub = f.NewStub(arguments);
  grpc::ClientContext context;
  v1::Probe request = MakeProbe("", 20);
  request.set_payload(std::string(1 << 20, 'x'));
  auto reader = stub->Count(&context, request);
  v1::Probe reply;
  int received = 0;
  while (reader->Read(&reply)) ++received;
  EXPECT_EQ(received, 20);
  EXPECT_TRUE(reader->Finish().ok());
}

TEST(ServerStream, ToAClientThatDoesNotReadWaitsInsteadOfGrowing) {
  ProbeFixture f;
  grpc::ClientContext context;
  v1::Probe request = MakeProbe("endless", 0);
  request.set_payload(std::string(64 << 10, 'x'));
  auto reader = f.stub->Count(&context, request);
  v1::Probe reply;
  ASSERT_TRUE(reader->Read(&reply));
  context.TryCancel();
  f.env.stopped.wait();
  // The send queue, what gRPC buffers, and the client's own window: far from endless.
  EXPECT_LT(f.env.sent, 1000);
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST(ClientStream, IsSummedUpAfterItsHalfClose) {
  ProbeFixture f;
  for (const int64_t count : {0, 1, 1000}) {
    grpc::ClientContext context;
    v1::Probe sum;
    auto writer = f.stub->Sum(&context, &sum);
    for (int64_t i = 1; i <= count; ++i) ASSERT_TRUE(writer->Write(MakeProbe("", i)));
    writer->WritesDone();
    EXPECT_TRUE(writer->Finish().ok());
    EXPECT_EQ(sum.number(), count * (count + 1) / 2);
  }
}

TEST(ClientStream, MayBeAnsweredBeforeItsEnd) {
  ProbeFixture f;
  grpc::ClientContext context;
  v1::Probe sum;
  auto writer = f.stub->Sum(&context, &sum);
  ASSERT_TRUE(writer->Write(MakeProbe("", 7)));
  ASSERT_TRUE(writer->Write(MakeProbe("enough", 0)));
  EXPECT_TRUE(writer->Finish().ok());
  EXPECT_EQ(sum.number(), 7);
}

TEST(ClientStream, WithAMessageLargerThanTheServerTakesIsRefusedAndToldWhy) {
  rpc::ServerOptions options;
  options.request_bytes_max = 1000;
  // Even when the handler makes nothing of the error.
  for (const char* act : {"", "swallow"}) {
    ProbeFixture f(options);
    grpc::ClientContext context;
    v1::Probe sum;
    auto writer = f.stub->Sum(&context, &sum);
    ASSERT_TRUE(writer->Write(MakeProbe(act, 7)));
    v1::Probe large;
    large.set_payload(std::string(100'000, 'x'));
    writer->Write(large);
    const grpc::Status status = writer->Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_NE(status.error_message().find("1000 bytes"), std::string::npos) << status.error_message();
  }
}

// Neither side waits for the other: the server writes all of its messages while the client still sends.
TEST(BidiStream, ReadsAndWritesAtTheSameTime) {
  ProbeFixture f;
  grpc::ClientContext context;
  auto stream = f.stub->Converse(&context);
  constexpr int64_t kMessages = 5000;
  ASSERT_TRUE(stream->Write(MakeProbe("", kMessages)));
  v1::Probe reply;
  for (int64_t i = 0; i < kMessages; ++i) {
    ASSERT_TRUE(stream->Read(&reply));
    EXPECT_EQ(reply.number(), i);
  }
  std::thread sender([&] {
    for (int64_t i = 1; i <= kMessages; ++i) stream->Write(MakeProbe("", i));
    stream->WritesDone();
  });
  ASSERT_TRUE(stream->Read(&reply));
  EXPECT_EQ(reply.act(), "sum");
  EXPECT_EQ(reply.number(), kMessages * (kMessages + 1) / 2);
  EXPECT_FALSE(stream->Read(&reply));
  sender.join();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(BidiStream, OverlapsBothDirectionsUnderLoad) {
  ProbeFixture f;
  constexpr int64_t kMessages = 2000;
  std::vector<std::thread> clients;
  for (int n = 0; n < 8; ++n) {
    clients.emplace_back([&f, kMessages] {
      auto stub = f.NewStub();
      grpc::ClientContext context;
      auto stream = stub->Converse(&context);
      stream->Write(MakeProbe("", kMessages));
      std::thread sender([&] {
        for (int64_t i = 1; i <= kMessages; ++i) stream->Write(MakeProbe("", 1));
        stream->WritesDone();
      });
      v1::Probe reply;
      int64_t received = 0;
      while (stream->Read(&reply)) ++received;
      sender.join();
      EXPECT_TRUE(stream->Finish().ok());
      EXPECT_EQ(received, kMessages + 1);
      EXPECT_EQ(reply.number(), kMessages);
    });
  }
  for (std::thread& client : clients) client.join();
}

}  // namespace
}  // namespace minato::probe

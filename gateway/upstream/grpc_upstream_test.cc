#include "gateway/upstream/grpc_upstream.h"

#include <atomic>

#include <gtest/gtest.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include "gateway/front/hand_client.h"
#include "gateway/upstream/cluster.h"
#include "runtime/deadline.h"
#include "runtime/scope.h"
#include "runtime/sleep.h"

namespace minato::gateway {
namespace {

// A real gRPC server, by the last word of the method:
//   Echo      each message comes back; Gzip: compressed
//   Twice     each message comes back twice
//   Fail      NOT_FOUND with a message that needs escapes, details and a trailer
//   Metadata  the call's metadata as trailers with "got-" before the name
//   Silent    no answer until the client goes
class TestServer final : public grpc::CallbackGenericService {
 public:
  TestServer() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.SetMaxReceiveMessageSize(64 << 20);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  ~TestServer() override { server_->Shutdown(std::chrono::system_clock::now()); }
  int port() const { return port_; }
  std::atomic<int> cancelled = 0;

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    Reactor(TestServer& server, grpc::GenericCallbackServerContext& context, std::string_view method)
        : server_(server), copies_(method == "Twice" ? 2 : 1), silent_(method == "Silent") {
      if (method == "Gzip") context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
      context.AddInitialMetadata("x-initial", "first");
      if (method == "Fail") {
        context.AddTrailingMetadata("x-trailing-bin", std::string("\0\xff", 2));
        Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "no 100% \xc3\xa4\n", "details"));
      } else if (method == "Metadata") {
        for (const auto& [name, value] : context.client_metadata()) {
          context.AddTrailingMetadata("got-" + std::string(name.data(), name.size()), {value.data(), value.size()});
        }
        Finish(grpc::Status::OK);
      } else {
        StartRead(&message_);
      }
    }
    void OnReadDone(bool ok) override {
      if (silent_) return;
      if (!ok) return Finish(grpc::Status::OK);
      left_ = copies_;
      StartWrite(&message_);
    }
    void OnWriteDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::CANCELLED);
      if (--left_ > 0) {
        StartWrite(&message_);
      } else {
        StartRead(&message_);
      }
    }
    void OnCancel() override {
      ++server_.cancelled;
      if (silent_) Finish(grpc::Status::CANCELLED);
    }
    void OnDone() override { delete this; }

   private:
    TestServer& server_;
    const int copies_;
    const bool silent_;
    std::atomic<int> left_ = 0;  // gRPC orders its callbacks, but ThreadSanitizer does not see how
    grpc::ByteBuffer message_;
  };

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    const std::string& path = context->method();
    return new Reactor(*this, *context, std::string_view(path).substr(path.rfind('/') + 1));
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

struct Fixture {
  Fixture() {
    config.name = "test";
    config.endpoints = {{"127.0.0.1", static_cast<uint16_t>(server.port()), 1}};
    client.request_headers["content-type"] = "application/json";
  }
  void Run(Task<void> (*test)(Fixture&)) {
    cluster = std::make_unique<Cluster>(loop, config, stats);
    cluster->Begin();
    Scope scope(static_cast<Executor&>(loop));
    scope.Spawn(RunAndStop(*this, test));
    loop.Run();
    EXPECT_EQ(ClusterStats::Get(stats.upstream_rq_active), 0);
  }
  static Task<void> RunAndStop(Fixture& f, Task<void> (*test)(Fixture&)) {
    co_await test(f);
    co_await f.cluster->Close();
    f.loop.Stop();
  }
  CallStart Call(std::string_view path) { return {.path = path, .request = client.head(), .peer = "ipv4:127.0.0.1:1"}; }

  TestServer server;
  AsioExecutor loop;
  config::Cluster config;
  ClusterStats stats;
  std::unique_ptr<Cluster> cluster;
  HandClient client{"POST", "/"};
};

std::string FieldOf(const Fields& fields, std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return "(none)";
}

TEST(GrpcUpstream, CallsUnaryMethods) {
  Fixture f;
  f.Run(+[](Fixture& f) -> Task<void> {
    GrpcUpstream upstream(*f.cluster);
    for (const size_t size : {0, 5, 100'000, 3'000'000}) {
      const std::string request(size, 'r');
      const UnaryReply reply = co_await upstream.CallUnary(f.Call("/t.T/Echo"), request);
      EXPECT_TRUE(reply.end.status.ok()) << reply.end.status;
      EXPECT_EQ(reply.message == request, true) << size;
      EXPECT_EQ(FieldOf(reply.initial_metadata, "x-initial"), "first");
    }
  });
}

TEST(GrpcUpstream, ReadsCompressedReplies) {
  Fixture f;
  f.Run(+[](Fixture& f) -> Task<void> {
    GrpcUpstream upstream(*f.cluster);
    const std::string request(50'000, 'g');
    const UnaryReply reply = co_await upstream.CallUnary(f.Call("/t.T/Gzip"), request);
    EXPECT_TRUE(reply.end.status.ok()) << reply.end.status;
    EXPECT_EQ(reply.message == request, true);
  });
}

TEST(GrpcUpstream, TellsHowACallFailed) {
  Fixture f;
  f.Run(+[](Fixture& f) -> Task<void> {
    GrpcUpstream upstream(*f.cluster);
    const UnaryReply reply = co_await upstream.CallUnary(f.Call("/t.T/Fail"), "x");
    EXPECT_EQ(reply.end.status.code(), StatusCode::kNotFound);
    EXPECT_EQ(MessageOf(reply.end.status), "no 100% \xc3\xa4\n");
    EXPECT_EQ(reply.end.details, "details");
    EXPECT_EQ(FieldOf(reply.end.trailing_metadata, "x-trailing-bin"), std::string("\0\xff", 2));
    EXPECT_EQ(FieldOf(reply.end.trailing_metadata, "grpc-status"), "(none)");
  });
}

TEST(GrpcUpstream, PassesTheClientsHeadersOn) {
  Fixture f;
  f.client.request_headers["X-Mixed"] = "kept";
  f.client.request_headers["x-raw-bin"] = "AP8";
  f.client.request_headers["connection"] = "keep-alive";
  f.client.request_headers["te"] = "gzip";
  f.client.request_headers["grpc-timeout"] = "1m";
  f.client.request_headers["expect"] = "100-continue";
  f.Run(+[](Fixture& f) -> Task<void> {
    GrpcUpstream upstream(*f.cluster);
    const UnaryReply reply = co_await upstream.CallUnary(f.Call("/t.T/Metadata"), "x");
    const Fields& got = reply.end.trailing_metadata;
    EXPECT_EQ(FieldOf(got, "got-x-mixed"), "kept");
    EXPECT_EQ(FieldOf(got, "got-x-raw-bin"), std::string("\0\xff", 2));
    EXPECT_EQ(FieldOf(got, "got-connection"), "(none)");
    EXPECT_EQ(FieldOf(got, "got-expect"), "(none)");
  });
}

TEST(GrpcUpstream, MissesAReplyAndRefusesASecond) {
  Fixture f;
  f.Run(+[](Fixture& f) -> Task<void> {
    GrpcUpstream upstream(*f.cluster);
    const UnaryReply none = co_await upstream.CallUnary(f.Call("/t.T/Metadata"), "x");
    EXPECT_EQ(none.end.status, Internal("the call ended without a reply"));
    const UnaryReply two = co_await upstream.CallUnary(f.Call("/t.T/Twice"), "x");
    EXPECT_EQ(two.end.status, Internal("more than one reply came"));
  });
}

TEST(GrpcUpstream, BoundsReplies) {
  Fixture f;
  f.Run(+[](Fixture& f) -> Task<void> {
    GrpcUpstream upstream(*f.cluster, {.reply_bytes_max = 1000});
    const UnaryReply reply = co_await upstream.CallUnary(f.Call("/t.T/Echo"), std::string(1001, 'x'));
    EXPECT_EQ(reply.end.status.code(), StatusCode::kResourceExhausted);
    const UnaryReply fits = co_await upstream.CallUnary(f.Call("/t.T/Echo"), std::string(1000, 'x'));
    EXPECT_TRUE(fits.end.status.ok());
  });
}

TEST(GrpcUpstream, Streams) {
  Fixture f;
  f.Run(+[](Fixture& f) -> Task<void> {
    GrpcUpstream upstream(*f.cluster);
    const TaskContext& context = co_await CurrentContext();
    const auto call = upstream.Start(f.Call("/t.T/Echo"), context);
    std::string message;
    for (int i = 0; i < 50; ++i) {
      const std::string sent_text = "message " + std::to_string(i) + std::string(i * 1000, '.');
      const Status sent = co_await call->Send(sent_text);
      EXPECT_TRUE(sent.ok());
      const bool received = co_await call->Receive(message);
      EXPECT_TRUE(received);
      EXPECT_EQ(message == sent_text, true);
    }
    EXPECT_EQ(FieldOf(call->initial_metadata(), "x-initial"), "first");
    call->EndSending();
    const bool more = co_await call->Receive(message);
    EXPECT_FALSE(more);
    EXPECT_TRUE(call->end().status.ok());
    co_await call->Close();
  });
}

TEST(GrpcUpstream, KeepsToTheDeadline) {
  Fixture f;
  f.Run(+[](Fixture& f) -> Task<void> {
    GrpcUpstream upstream(*f.cluster);
    const TaskContext& context = co_await CurrentContext();
    Deadline deadline(context, context.home->Now() + absl::Milliseconds(50));
    const UnaryReply reply =
        co_await InContext<UnaryReply>(deadline.context(), upstream.CallUnary(f.Call("/t.T/Silent"), "x"));
    EXPECT_EQ(reply.end.status.code(), StatusCode::kDeadlineExceeded) << reply.end.status;
  });
}

Task<void> CancelSoon(UpstreamCall& call) {
  const Status slept = co_await Sleep(absl::Milliseconds(20));
  call.Cancel(Aborted("enough"));
}

TEST(GrpcUpstream, CancelEndsAReceiveThatWaits) {
  Fixture f;
  f.Run(+[](Fixture& f) -> Task<void> {
    GrpcUpstream upstream(*f.cluster);
    const TaskContext& context = co_await CurrentContext();
    const auto call = upstream.Start(f.Call("/t.T/Silent"), context);
    Scope scope(context);
    scope.Spawn(CancelSoon(*call));
    std::string message;
    const bool received = co_await call->Receive(message);
    EXPECT_FALSE(received);
    EXPECT_EQ(call->end().status, Aborted("enough"));
    co_await call->Close();
    const Status joined = co_await scope.Join();
    for (int i = 0; i < 2000 && f.server.cancelled == 0; ++i) {
      const Status slept = co_await Sleep(absl::Milliseconds(1));
    }
    EXPECT_EQ(f.server.cancelled, 1);
  });
}

TEST(GrpcUpstream, SaysWhereItCouldNotConnect) {
  Fixture f;
  f.config.endpoints[0].port = 1;
  f.Run(+[](Fixture& f) -> Task<void> {
    GrpcUpstream upstream(*f.cluster);
    const UnaryReply reply = co_await upstream.CallUnary(f.Call("/t.T/Echo"), "x");
    EXPECT_EQ(reply.end.status, Unavailable("upstream 127.0.0.1:1: remote connection failure"));
  });
}

}  // namespace
}  // namespace minato::gateway

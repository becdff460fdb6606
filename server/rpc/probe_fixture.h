// The probe service behind a real gRPC server on a free port, and gRPC's own client to it.
#pragma once

#include <memory>

#include <gtest/gtest.h>
#include <grpcpp/grpcpp.h>

#include "server/call/observe.h"
#include "server/call/recover.h"
#include "server/rpc/probe_service.h"
#include "server/rpc/server.h"
#include "server/rpc/testdata/probe.grpc.pb.h"
#include "server/rpc/testdata/probe.minato.h"

namespace minato::probe {

class ProbeFixture {
 public:
  explicit ProbeFixture(rpc::ServerOptions options = {}) {
    RegisterProbeService(registry, env);
    observe = std::make_unique<Observe>(registry, metrics, false);
    registry.AddInterceptor(*observe);
    registry.AddInterceptor(recover);
    options.address = "127.0.0.1:0";
    options.workers = 2;
    server = std::make_unique<rpc::Server>(registry, options);
    const Status started = server->Start();
    EXPECT_TRUE(started.ok()) << started;
    stub = NewStub();
  }

  ~ProbeFixture() {
    server->Drain(absl::Seconds(5)).IgnoreError();
    EXPECT_EQ(server->calls_in_flight(), 0);
    for (const char* method : {"Ask", "Count", "Sum", "Converse"}) {
      const std::string gauge =
          "\"rpc.minato.probe.v1.ProbeService." + std::string(method) + ".in_flight\":0";
      EXPECT_NE(metrics.ToJson().find(gauge), std::string::npos) << metrics.ToJson();
    }
  }

  // Of a connection of its own.
  std::unique_ptr<v1::ProbeService::Stub> NewStub(grpc::ChannelArguments arguments = {}) {
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return v1::ProbeService::NewStub(
        grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server->port()),
                                  grpc::InsecureChannelCredentials(), arguments));
  }

  grpc::Status Ask(std::string_view act, v1::Probe* reply = nullptr) {
    grpc::ClientContext context;
    return Ask(context, act, reply);
  }
  grpc::Status Ask(grpc::ClientContext& context, std::string_view act, v1::Probe* reply = nullptr) {
    v1::Probe request;
    request.set_act(std::string(act));
    request.set_number(41);
    v1::Probe ignored;
    return stub->Ask(&context, request, reply == nullptr ? &ignored : reply);
  }

  ProbeEnv env;
  MethodRegistry registry;
  MetricsRegistry metrics;
  Recover recover;
  std::unique_ptr<Observe> observe;
  std::unique_ptr<rpc::Server> server;
  std::unique_ptr<v1::ProbeService::Stub> stub;
};

inline v1::Probe MakeProbe(std::string_view act, int64_t number) {
  v1::Probe probe;
  probe.set_act(std::string(act));
  probe.set_number(number);
  return probe;
}

}  // namespace minato::probe

// Serves gRPC's interoperability suite until SIGTERM or SIGINT.
//   interop_server --port=0
#include <cstdio>

#include <absl/flags/flag.h>
#include <absl/flags/parse.h>
#include <absl/flags/usage.h>

#include "grpc/testing/test.minato.h"
#include "runtime/program/stop_signal.h"
#include "server/rpc/server.h"
#include "tests/conformance/test_service.h"

ABSL_FLAG(int, port, 10000, "port on 127.0.0.1; 0 takes a free one, which is printed");

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("grpc.testing.TestService on Minato's runtime");
  absl::ParseCommandLine(argc, argv);

  minato::StopSignal stop;
  minato::interop::TestServiceEnv env;
  minato::MethodRegistry registry;
  minato::interop::RegisterTestService(registry, env);
  minato::rpc::ServerOptions options;
  options.address = fmt::format("127.0.0.1:{}", absl::GetFlag(FLAGS_port));
  options.request_bytes_max = 64 << 20;
  minato::rpc::Server server(registry, options);

  minato::Status served = server.Start();
  if (served.ok()) {
    fmt::print("listening on 127.0.0.1:{}\n", server.port());
    std::fflush(stdout);
    stop.Wait();
    served = server.Drain(absl::Seconds(5));
  }
  if (served.ok()) return 0;
  fmt::print(stderr, "interop_server: {}\n", minato::MessageOf(served));
  return 1;
}

// The yardstick's work on Minato's engine, wired as minato-server wires its own: static gRPC, tcmalloc, the
// minimal stack, the interceptors.
#include <cstdio>

#include <absl/flags/flag.h>
#include <absl/flags/parse.h>

#include "server/main/interceptors.h"
#include "runtime/program/stop_signal.h"
#include "server/rpc/server.h"
#include "telemetry/metrics.h"
#include "tests/load/load.minato.h"
#include "tests/load/user.h"

ABSL_FLAG(int, port, 0, "port on 127.0.0.1; 0 takes a free one, which is printed");
ABSL_FLAG(int, workers, 0, "threads, each with a queue; 0: one per core");

namespace minato::load {

struct LoadEnv {};

Task<StatusOr<v1::User>> GetUser(LoadEnv&, CallContext&, const v1::GetUserRequest& request) {
  v1::User user;
  FillUser(request.id(), user);
  co_return user;
}

Task<Status> StreamUsers(LoadEnv&, CallContext&, const v1::StreamUsersRequest& request,
                         Writer<v1::User>& writer) {
  for (int32_t i = 0; i < request.count(); ++i) {
    v1::User user;
    FillUser(request.id() + i, user);
    CO_TRY(co_await writer.Write(user));
  }
  co_return OkStatus();
}

namespace {

Status Run() {
  StopSignal stop;
  LoadEnv env;
  MethodRegistry registry;
  RegisterLoadService(registry, env);
  MetricsRegistry metrics;
  rpc::ServerOptions options;
  Interceptors interceptors(registry, metrics, options.calls_in_flight_max);
  options.address = fmt::format("127.0.0.1:{}", absl::GetFlag(FLAGS_port));
  options.workers = static_cast<size_t>(absl::GetFlag(FLAGS_workers));
  rpc::Server server(registry, options);
  TRY(server.Start());
  fmt::print("listening on 127.0.0.1:{}\n", server.port());
  std::fflush(stdout);
  stop.Wait();
  return server.Drain(absl::Seconds(1));
}

}  // namespace
}  // namespace minato::load

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const minato::Status status = minato::load::Run();
  if (!status.ok()) fmt::print(stderr, "minato_server: {}\n", minato::MessageOf(status));
  return status.ok() ? 0 : 1;
}

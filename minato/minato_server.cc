// minato-server: Minato's services over gRPC alone.
#include <cstdio>

#include "gateway/admin/admin_port.h"
#include "minato/drain_services.h"
#include "runtime/program/command_line.h"
#include "runtime/program/public_address.h"
#include "runtime/program/stop_signal.h"
#include "server/main/flags.h"
#include "server/main/interceptors.h"
#include "server/rpc/server.h"
#include "telemetry/log.h"

namespace minato {
namespace {

Status Run(StopSignal& stop) {
  TRY(const SharedConfig config, ConfigFromFlags());
  TRY(RequireAllowed("grpc_address", config.grpc_address, config.allow_public_address));
  TRY(RequireAllowed("admin_address", config.admin_address, config.allow_public_address));
  TRY(std::unique_ptr<Services> services, Services::Start(config.services));

  MetricsRegistry metrics;
  services->Register(metrics);
  Interceptors interceptors(services->registry(), metrics, config.calls_in_flight_max);

  rpc::Server grpc(services->registry(), GrpcOptions(config));
  metrics.Add("grpc.calls.in_flight", [&grpc] { return static_cast<int64_t>(grpc.calls_in_flight()); });
  TRY(std::unique_ptr<gateway::AdminPort> admin, gateway::AdminPort::Start(config.admin_address, metrics));
  TRY(grpc.Start());
  admin->SetReady(true);

  const std::string host = config.grpc_address.substr(0, config.grpc_address.rfind(':'));
  std::printf("grpc  %s:%d\nadmin %s\ndata  %s\nCtrl-C ends it.\n", host.c_str(), grpc.port(),
              admin->address().c_str(), config.services.data_dir.c_str());
  std::fflush(stdout);

  const int signal = stop.Wait();
  Log::Info("{}: draining for at most {}", signal == SIGINT ? "SIGINT" : "SIGTERM",
            absl::FormatDuration(config.drain_timeout));
  admin->SetReady(false);
  services->AnnounceEnd();
  DrainServices(grpc, *services, config.drain_timeout);
  admin.reset();  // nobody asks for metrics any more
  Log::Info("ended");
  Log::Flush();
  return OkStatus();
}

bool IsOwnFlagFile(std::string_view file) { return HasSharedFlags(file); }

}  // namespace
}  // namespace minato

int main(int argc, char** argv) {
  minato::StopSignal stop;
  minato::ParseCommandLine(argc, argv, "Minato's services over gRPC, on embedded backends.",
                     &minato::IsOwnFlagFile);
  const minato::Status status = minato::Run(stop);
  if (status.ok()) return 0;
  minato::Log::Flush();
  std::fprintf(stderr, "minato-server: %s\n", std::string(status.message()).c_str());
  return 1;
}

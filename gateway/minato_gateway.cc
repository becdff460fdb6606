// minato-gateway: HTTP and JSON in front of any gRPC server, as an Envoy bootstrap or a few flags describe it.
#include <cstdio>
#include <thread>

#include <absl/flags/flag.h>

#include "gateway/admin/admin.h"
#include "gateway/config/bootstrap_reader.h"
#include "gateway/config/describe.h"
#include "gateway/envoy/envoy_gateway.h"
#include "runtime/program/command_line.h"
#include "runtime/program/public_address.h"
#include "runtime/program/stop_signal.h"
#include "telemetry/log.h"

ABSL_FLAG(std::string, config, "", "an Envoy bootstrap (YAML or JSON) to serve as Envoy does; read again on SIGHUP");
ABSL_FLAG(bool, check, false, "with --config: say what was understood, or what is wrong with it, and end");
ABSL_FLAG(std::string, admin_address, "",
          "where /healthz, /ready and /stats are served; default: as the bootstrap's admin says, else nowhere");
ABSL_FLAG(bool, access_log, false, "log a line for each request, at level info");
ABSL_FLAG(int, workers, 0, "threads; 0: one per core");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(10),
          "how long requests in flight may take to end after SIGTERM or Ctrl-C");

namespace minato {
namespace {

// The admin port, if there is to be one.
struct AdminPort {
  gateway::WorkerPool worker{1};
  gateway::Admin pages;
  std::unique_ptr<gateway::HttpServer> server;

  explicit AdminPort(const MetricsRegistry& metrics) : pages(metrics) {}
};

StatusOr<std::unique_ptr<AdminPort>> StartAdmin(const std::string& address, const MetricsRegistry& metrics) {
  if (address.empty()) return nullptr;
  auto admin = std::make_unique<AdminPort>(metrics);
  TRY(admin->server, gateway::HttpServer::Start(admin->worker, {.address = address}, admin->pages));
  return admin;
}

void ReloadFrom(const std::string& file, gateway::EnvoyGateway& served, absl::Duration grace) {
  StatusOr<gateway::config::Bootstrap> bootstrap = gateway::config::ReadBootstrapFile(file);
  const Status reloaded = bootstrap.ok() ? served.Reload(*std::move(bootstrap), grace) : bootstrap.status();
  if (reloaded.ok()) {
    Log::Info("SIGHUP: serving as {} says now", file);
  } else {
    Log::Error("SIGHUP: the configuration stays as it was: {}", MessageOf(reloaded));
  }
}

Status Check(const std::string& file) {
  TRY(const gateway::config::Bootstrap bootstrap, gateway::config::ReadBootstrapFile(file));
  TRY(gateway::EnvoyGateway::Check(bootstrap));
  std::fputs(gateway::config::Describe(bootstrap).c_str(), stdout);
  return OkStatus();
}

Status ServeBootstrap(const std::string& file, StopSignal& stop) {
  TRY(gateway::config::Bootstrap bootstrap, gateway::config::ReadBootstrapFile(file));
  const int threads = absl::GetFlag(FLAGS_workers);
  if (threads < 0 || threads > 256) return InvalidArgument("--workers: 0 to 256 threads, found {}", threads);
  const absl::Duration grace = absl::GetFlag(FLAGS_drain_timeout);
  std::string admin_address = absl::GetFlag(FLAGS_admin_address);
  if (admin_address.empty() && bootstrap.admin.has_value()) admin_address = bootstrap.admin->address;

  MetricsRegistry metrics;
  TRY(const std::unique_ptr<AdminPort> admin, StartAdmin(admin_address, metrics));
  gateway::WorkerPool workers(threads == 0 ? std::max(1u, std::thread::hardware_concurrency())
                                           : static_cast<size_t>(threads));
  TRY(const std::unique_ptr<gateway::EnvoyGateway> served,
      gateway::EnvoyGateway::Start(workers, std::move(bootstrap),
                                   absl::GetFlag(FLAGS_access_log) ? gateway::AccessLog::Lines::kOn
                                                                   : gateway::AccessLog::Lines::kOff,
                                   metrics));
  for (const std::string& address : served->addresses()) std::printf("http  %s\n", address.c_str());
  if (admin != nullptr) std::printf("admin %s\n", admin->server->address().c_str());
  std::fflush(stdout);
  if (admin != nullptr) admin->pages.SetReady(true);

  int signal = stop.Wait();
  for (; signal == SIGHUP; signal = stop.Wait()) ReloadFrom(file, *served, grace);
  Log::Info("{}: draining for at most {}", signal == SIGINT ? "SIGINT" : "SIGTERM", absl::FormatDuration(grace));
  if (admin != nullptr) admin->pages.SetReady(false);
  served->Drain(grace);
  if (admin != nullptr) admin->server->Drain(absl::ZeroDuration());
  Log::Info("ended");
  return OkStatus();
}

Status Run(StopSignal& stop) {
  const std::string file = absl::GetFlag(FLAGS_config);
  if (file.empty()) return InvalidArgument("--config is missing (see --help)");
  return absl::GetFlag(FLAGS_check) ? Check(file) : ServeBootstrap(file, stop);
}

bool IsOwnFlagFile(std::string_view file) { return file.ends_with("gateway/minato_gateway.cc"); }

}  // namespace
}  // namespace minato

int main(int argc, char** argv) {
  minato::StopSignal stop(minato::StopSignal::Hangup::kReturned);
  minato::ParseCommandLine(argc, argv, "HTTP and JSON in front of a gRPC server.", &minato::IsOwnFlagFile);
  const minato::Status status = minato::Run(stop);
  minato::Log::Flush();
  if (status.ok()) return 0;
  std::fprintf(stderr, "minato-gateway: %s\n", std::string(status.message()).c_str());
  return 1;
}

// minato-gateway: HTTP and JSON in front of any gRPC server, as an Envoy bootstrap or a few flags describe it.
#include <algorithm>
#include <cstdio>
#include <thread>

#include <absl/flags/flag.h>
#include <absl/functional/function_ref.h>
#include <fmt/ranges.h>

#include "gateway/access_log/access_logs.h"
#include "gateway/access_log/log_files.h"
#include "gateway/admin/admin_port.h"
#include "gateway/config/bootstrap_reader.h"
#include "gateway/config/describe.h"
#include "gateway/envoy/envoy_gateway.h"
#include "gateway/error_body.h"
#include "gateway/upstream_gateway.h"
#include "runtime/program/command_line.h"
#include "runtime/program/public_address.h"
#include "runtime/program/stop_signal.h"
#include "telemetry/log.h"

ABSL_FLAG(std::string, config, "", "an Envoy bootstrap (YAML or JSON) to serve as Envoy does; read again on SIGHUP");
ABSL_FLAG(std::vector<std::string>, extensions, {},
          "with --config: what to do beyond Envoy, names separated by commas, or all:" +
              minato::gateway::config::ExtensionsHelp());
ABSL_FLAG(std::string, error_shape, "",
          "the body of errors, whoever found them: flat, status (google.rpc.Status), aip193 (as Google's APIs) or "
          "rfc9457 (application/problem+json); with --config also envoy, which tells them as Envoy does; default: "
          "envoy with --config, else flat");
ABSL_FLAG(bool, check, false, "with --config: say what was understood, or what is wrong with it, and end");

ABSL_FLAG(std::string, upstream, "127.0.0.1:50051", "without --config: the gRPC server that is called");
ABSL_FLAG(std::string, descriptor_set, "",
          "without --config: its services, as protoc --include_imports --descriptor_set_out writes them");
ABSL_FLAG(std::string, listen, "127.0.0.1:8080", "without --config: where HTTP is served; port 0 takes a free one");
ABSL_FLAG(absl::Duration, request_timeout, absl::Minutes(1),
          "without --config: of a request that does not stream; grpc-timeout may shorten it");
ABSL_FLAG(uint64_t, request_bytes_max, 4 << 20, "without --config: size of one message; larger ones are refused");
ABSL_FLAG(std::vector<std::string>, cors_allow_origins, {},
          "without --config: origins whose pages may call, separated by commas; * for any; default: none");
ABSL_FLAG(bool, content_coding, true,
          "without --config: HTTP bodies may come and go in gzip, deflate, br and zstd; with it an extension");
ABSL_FLAG(bool, allow_unauthenticated_public_address, false,
          "without --config: allow addresses that other machines reach, although there is no authentication");

ABSL_FLAG(std::string, admin_address, "",
          "where /healthz, /ready and /stats are served; default: as the bootstrap's admin says, else nowhere");
ABSL_FLAG(bool, access_log, false, "log a line for each request, at level info; beside the access_log of --config");
ABSL_FLAG(int, workers, 0, "threads; 0: one per core");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(10),
          "how long requests in flight may take to end after SIGTERM or Ctrl-C");

namespace minato {
namespace {

// nullptr without an address.
StatusOr<std::unique_ptr<gateway::AdminPort>> StartAdmin(const std::string& address, const MetricsRegistry& metrics,
                                                        gateway::IpVersions versions = gateway::IpVersions::kBoth,
                                                        const gateway::AccessLogs* logs = nullptr) {
  if (address.empty()) return nullptr;
  return gateway::AdminPort::Start(address, metrics, versions, logs);
}

StatusOr<size_t> Workers() {
  const int workers = absl::GetFlag(FLAGS_workers);
  if (workers < 0 || workers > 256) return InvalidArgument("--workers: 0 to 256 threads, found {}", workers);
  return workers == 0 ? std::max(1u, std::thread::hardware_concurrency()) : static_cast<size_t>(workers);
}

gateway::AccessLog::Lines AccessLogLines() {
  return absl::GetFlag(FLAGS_access_log) ? gateway::AccessLog::Lines::kOn : gateway::AccessLog::Lines::kOff;
}

// Blocks until the process is to end; `reload` is called on SIGHUP.
void WaitForEnd(StopSignal& stop, gateway::AdminPort* admin, absl::FunctionRef<void()> reload) {
  if (admin != nullptr) {
    std::printf("admin %s\n", admin->address().c_str());
    admin->SetReady(true);
  }
  std::puts("Ctrl-C ends it.");
  std::fflush(stdout);
  int signal = stop.Wait();
  for (; signal == SIGHUP; signal = stop.Wait()) reload();
  Log::Info("{}: draining for at most {}", signal == SIGINT ? "SIGINT" : "SIGTERM",
            absl::FormatDuration(absl::GetFlag(FLAGS_drain_timeout)));
  if (admin != nullptr) admin->SetReady(false);
}

StatusOr<gateway::ErrorShape> ErrorShapeOr(gateway::ErrorShape otherwise) {
  const std::string name = absl::GetFlag(FLAGS_error_shape);
  if (name.empty()) return otherwise;
  const std::optional<gateway::ErrorShape> shape = gateway::ErrorShapeOf(name);
  if (shape.has_value()) return *shape;
  return InvalidArgument("--error_shape: unknown name \"{}\"; there are: {}", name,
                         fmt::join(gateway::kErrorShapeNames, " "));
}

StatusOr<gateway::config::Bootstrap> ReadConfig(const std::string& file) {
  TRY(gateway::config::Bootstrap bootstrap, gateway::config::ReadBootstrapFile(file));
  TRY(bootstrap.extensions, gateway::config::Extensions::Parse(absl::GetFlag(FLAGS_extensions)));
  TRY(bootstrap.error_shape, ErrorShapeOr(gateway::ErrorShape::kEnvoy));
  return bootstrap;
}

void ReloadFrom(const std::string& file, gateway::EnvoyGateway& served) {
  StatusOr<gateway::config::Bootstrap> bootstrap = ReadConfig(file);
  const Status reloaded = bootstrap.ok() ? served.Reload(*std::move(bootstrap), absl::GetFlag(FLAGS_drain_timeout))
                                         : bootstrap.status();
  if (reloaded.ok()) {
    Log::Info("SIGHUP: serving as {} says now", file);
  } else {
    Log::Error("SIGHUP: the configuration stays as it was: {}", MessageOf(reloaded));
  }
}

Status Check(const std::string& file) {
  TRY(const gateway::config::Bootstrap bootstrap, ReadConfig(file));
  TRY(const std::vector<std::string> warnings, gateway::EnvoyGateway::Check(bootstrap));
  std::fputs(gateway::config::Describe(bootstrap).c_str(), stdout);
  for (const std::string& warning : warnings) std::printf("warning: %s\n", warning.c_str());
  return OkStatus();
}

Status ServeBootstrap(const std::string& file, StopSignal& stop) {
  TRY(gateway::config::Bootstrap bootstrap, ReadConfig(file));
  TRY(const size_t threads, Workers());
  const gateway::config::Admin admin_config = bootstrap.admin.value_or(gateway::config::Admin());
  std::string admin_address = absl::GetFlag(FLAGS_admin_address);
  gateway::IpVersions admin_versions = gateway::IpVersions::kBoth;
  if (admin_address.empty() && bootstrap.admin.has_value()) {
    admin_address = admin_config.address;
    if (!admin_config.ipv4_compat) admin_versions = gateway::IpVersions::kOwn;
  }

  MetricsRegistry metrics;
  gateway::LogFiles log_files;
  log_files.Register(metrics);
  TRY(const std::unique_ptr<const gateway::AccessLogs> admin_logs,
      gateway::AccessLogs::Open(admin_config.access_log, log_files));
  TRY(std::unique_ptr<gateway::AdminPort> admin,
      StartAdmin(admin_address, metrics, admin_versions, admin_logs->empty() ? nullptr : admin_logs.get()));
  gateway::WorkerPool workers(threads);
  TRY(const std::unique_ptr<gateway::EnvoyGateway> served,
      gateway::EnvoyGateway::Start(workers, std::move(bootstrap), AccessLogLines(), log_files, metrics));
  for (const std::string& address : served->addresses()) std::printf("http  %s\n", address.c_str());
  WaitForEnd(stop, admin.get(), [&] { ReloadFrom(file, *served); });
  served->Drain(absl::GetFlag(FLAGS_drain_timeout));
  admin.reset();  // nobody asks for metrics any more
  Log::Info("ended");
  return OkStatus();
}

Status ServeUpstream(StopSignal& stop) {
  if (absl::GetFlag(FLAGS_check)) return InvalidArgument("--check: needs --config");
  if (!absl::GetFlag(FLAGS_extensions).empty()) return InvalidArgument("--extensions: needs --config");
  if (absl::GetFlag(FLAGS_descriptor_set).empty()) {
    return InvalidArgument("neither --config nor --descriptor_set is given (see --help)");
  }
  const bool allow_public = absl::GetFlag(FLAGS_allow_unauthenticated_public_address);
  const std::string admin_address = absl::GetFlag(FLAGS_admin_address);
  TRY(RequireAllowed("listen", absl::GetFlag(FLAGS_listen), allow_public));
  if (!admin_address.empty()) TRY(RequireAllowed("admin_address", admin_address, allow_public));
  TRY(const size_t threads, Workers());
  gateway::UpstreamGatewayOptions options;
  options.listen = absl::GetFlag(FLAGS_listen);
  options.upstream = absl::GetFlag(FLAGS_upstream);
  options.descriptor_set = absl::GetFlag(FLAGS_descriptor_set);
  options.cors_allow_origins = absl::GetFlag(FLAGS_cors_allow_origins);
  options.content_coding = absl::GetFlag(FLAGS_content_coding);
  options.exchange.body_bytes_max = absl::GetFlag(FLAGS_request_bytes_max);
  options.exchange.request_timeout = absl::GetFlag(FLAGS_request_timeout);
  TRY(options.exchange.error_shape, ErrorShapeOr(gateway::ErrorShape::kFlat));
  if (options.exchange.error_shape == gateway::ErrorShape::kEnvoy) {
    return InvalidArgument("--error_shape=envoy: needs --config; without it errors are JSON");
  }
  options.access_log = AccessLogLines();

  MetricsRegistry metrics;
  TRY(std::unique_ptr<gateway::AdminPort> admin, StartAdmin(admin_address, metrics));
  gateway::WorkerPool workers(threads);
  TRY(const std::unique_ptr<gateway::UpstreamGateway> served,
      gateway::UpstreamGateway::Start(workers, std::move(options), metrics));
  std::printf("http  %s\nto    %s, %zu routes\n", served->address().c_str(), absl::GetFlag(FLAGS_upstream).c_str(),
              served->routes());
  WaitForEnd(stop, admin.get(), [] { Log::Info("SIGHUP: without --config there is nothing to read again"); });
  served->Drain(absl::GetFlag(FLAGS_drain_timeout));
  admin.reset();  // nobody asks for metrics any more
  Log::Info("ended");
  return OkStatus();
}

Status Run(StopSignal& stop) {
  const std::string file = absl::GetFlag(FLAGS_config);
  if (file.empty()) return ServeUpstream(stop);
  return absl::GetFlag(FLAGS_check) ? Check(file) : ServeBootstrap(file, stop);
}

// What is wrong with the file begins with "FILE:LINE:" in each line, as compilers have it.
bool IsOfALine(std::string_view error) {
  const std::string begin = absl::GetFlag(FLAGS_config) + ":";
  return begin.size() > 1 && error.starts_with(begin) && error.size() > begin.size() &&
         error[begin.size()] >= '0' && error[begin.size()] <= '9';
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
  const std::string text(status.message());
  std::fprintf(stderr, "%s%s\n", minato::IsOfALine(text) ? "" : "minato-gateway: ", text.c_str());
  return 1;
}

// minatod: service and gateway in one process, the gateway calling the handlers directly.
#include <cstdio>

#include <absl/flags/flag.h>
#include <absl/strings/str_split.h>
#include <google/protobuf/any.pb.h>

#include "gateway/admin/admin_port.h"
#include "gateway/exchange.h"
#include "gateway/filters/access_log.h"
#include "gateway/filters/coding_filter.h"
#include "gateway/filters/cors.h"
#include "gateway/front/http_server.h"
#include "gateway/routing/route_table.h"
#include "google/rpc/error_details.pb.h"
#include "minato/direct_upstream.h"
#include "minato/drain_services.h"
#include "minato/pages.h"
#include "runtime/program/command_line.h"
#include "runtime/program/public_address.h"
#include "runtime/program/stop_signal.h"
#include "server/main/flags.h"
#include "server/main/interceptors.h"
#include "server/rpc/server.h"
#include "telemetry/log.h"

ABSL_FLAG(std::string, http_address, "127.0.0.1:8080",
          "where HTTP and JSON are served; port 0 takes a free one");
ABSL_FLAG(absl::Duration, request_timeout, absl::Minutes(1),
          "of a JSON request that does not stream; grpc-timeout may shorten it");
ABSL_FLAG(std::vector<std::string>, cors_allow_origins, {},
          "origins whose pages may call and open WebSockets, separated by commas; * for any; default: "
          "none, except WebSockets for pages of the same host");
ABSL_FLAG(bool, content_coding, true,
          "HTTP bodies may come and go in gzip, deflate, br and zstd (Content-Encoding, Accept-Encoding)");

namespace minato {
namespace {

// The routes of every registered service, with the types they need.
StatusOr<gateway::RouteTable> Routes(const MethodRegistry& registry, gateway::Schema& schema) {
  gateway::RouteTableBuilder builder(schema, {});
  for (const google::protobuf::ServiceDescriptor* service : registry.services()) {
    schema.AddFile(*service->file());
    TRY(builder.AddService(*service));
  }
  // What the details of an error may be.
  schema.AddFile(*google::protobuf::Any::descriptor()->file());
  schema.AddFile(*google::rpc::ErrorInfo::descriptor()->file());
  return std::move(builder).Build();
}

Status Run(StopSignal& stop) {
  TRY(const SharedConfig config, ConfigFromFlags());
  TRY(RequireAllowed("grpc_address", config.grpc_address, config.allow_public_address));
  TRY(std::unique_ptr<Services> services, Services::Start(config.services));

  MetricsRegistry metrics;
  services->Register(metrics);
  Interceptors interceptors(services->registry(), metrics, config.calls_in_flight_max);

  rpc::Server grpc(services->registry(), GrpcOptions(config));
  TRY(grpc.Start());
  metrics.Add("grpc.calls.in_flight", [&grpc] { return static_cast<int64_t>(grpc.calls_in_flight()); });

  gateway::Schema schema;
  TRY(const gateway::RouteTable routes, Routes(services->registry(), schema));
  DirectUpstream upstream(services->registry());
  gateway::ExchangeOptions exchange_options;
  exchange_options.body_bytes_max = config.request_bytes_max;
  exchange_options.request_timeout = absl::GetFlag(FLAGS_request_timeout);
  gateway::Exchange exchange(routes, schema, upstream, exchange_options);
  Pages pages(exchange);
  gateway::Cors cors({.allow_origins = absl::GetFlag(FLAGS_cors_allow_origins)}, pages);
  gateway::CodingFilter coding(cors, {.limit = {.bytes_max = config.request_bytes_max}});
  gateway::RequestHandler& coded_or_not =
      absl::GetFlag(FLAGS_content_coding) ? static_cast<gateway::RequestHandler&>(coding) : cors;
  gateway::HttpMetrics http_metrics;
  http_metrics.Register(metrics);
  gateway::AccessLog front(http_metrics, coded_or_not);

  TRY(std::unique_ptr<gateway::AdminPort> admin, gateway::AdminPort::Start(config.admin_address, metrics));
  TRY(RequireAllowed("admin_address", config.admin_address, config.allow_public_address));
  gateway::WorkerPool workers(static_cast<size_t>(config.workers));
  TRY(const std::unique_ptr<gateway::HttpServer> http,
      gateway::HttpServer::Start(workers, {.address = absl::GetFlag(FLAGS_http_address)}, front));
  TRY(RequireAllowed("http_address", absl::GetFlag(FLAGS_http_address), config.allow_public_address));
  metrics.Add("http.connections", [&http] { return static_cast<int64_t>(http->connections()); });
  admin->SetReady(true);

  const std::string grpc_host = config.grpc_address.substr(0, config.grpc_address.rfind(':'));
  std::printf("http  %s\ngrpc  %s:%d\nadmin %s\n", http->address().c_str(), grpc_host.c_str(), grpc.port(),
              admin->address().c_str());
  std::printf("data  %s\n\nTry:\n  curl http://%s/stock/ACME\n", config.services.data_dir.c_str(),
              http->address().c_str());
  std::printf("  curl -d '{\"name\":\"Ada\",\"email\":\"ada@example.com\"}' http://%s/v1/users\n",
              http->address().c_str());
  std::printf("  curl http://%s/stats\nCtrl-C ends it.\n", admin->address().c_str());
  std::fflush(stdout);

  const int signal = stop.Wait();
  Log::Info("{}: draining for at most {}", signal == SIGINT ? "SIGINT" : "SIGTERM",
            absl::FormatDuration(config.drain_timeout));
  admin->SetReady(false);
  services->AnnounceEnd();
  http->Drain(config.drain_timeout);
  DrainServices(grpc, *services, config.drain_timeout);
  admin.reset();  // nobody asks for metrics any more
  Log::Info("ended");
  Log::Flush();
  return OkStatus();
}

bool IsOwnFlagFile(std::string_view file) {
  return HasSharedFlags(file) || file.ends_with("minato/minatod.cc");
}

}  // namespace
}  // namespace minato

int main(int argc, char** argv) {
  minato::StopSignal stop;
  minato::ParseCommandLine(argc, argv,
                     "Minato's services over gRPC, HTTP and JSON, in one process on embedded backends.",
                     &minato::IsOwnFlagFile);
  const minato::Status status = minato::Run(stop);
  if (status.ok()) return 0;
  minato::Log::Flush();
  std::fprintf(stderr, "minatod: %s\n", std::string(status.message()).c_str());
  return 1;
}

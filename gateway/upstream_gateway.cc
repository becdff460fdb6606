#include "gateway/upstream_gateway.h"

#include <absl/strings/numbers.h>
#include <boost/asio/ip/address.hpp>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.h>

#include "gateway/filters/coding_filter.h"
#include "gateway/filters/cors.h"
#include "gateway/transcode/descriptor_set.h"
#include "gateway/upstream/cluster.h"
#include "gateway/upstream/grpc_upstream.h"
#include "google/rpc/error_details.pb.h"

namespace minato::gateway {
namespace {

StatusOr<config::Cluster> ClusterOf(const std::string& upstream) {
  const size_t colon = upstream.rfind(':');
  std::string host = upstream.substr(0, colon == upstream.npos ? 0 : colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  uint32_t port = 0;
  if (host.empty() || !absl::SimpleAtoi(upstream.substr(colon + 1), &port) || port == 0 || port > 65535) {
    return InvalidArgument("--upstream: \"{}\" is no HOST:PORT, as in 127.0.0.1:50051", upstream);
  }
  boost::system::error_code no_ip;
  boost::asio::ip::make_address(host, no_ip);
  config::Cluster cluster;
  cluster.name = "upstream";
  cluster.type = no_ip ? config::Cluster::Type::kStrictDns : config::Cluster::Type::kStatic;
  cluster.endpoints = {{.address = std::move(host), .port = static_cast<uint16_t>(port)}};
  return cluster;
}

}  // namespace

// What one worker has. Made and ended there.
struct UpstreamGateway::Share {
  Share(AsioExecutor& home, const Impl& impl, ClusterStats& stats, HttpMetrics& metrics);

  static Task<Status> Begin(std::unique_ptr<Share>& share, AsioExecutor& home, const Impl& impl, ClusterStats& stats,
                            HttpMetrics& metrics) {
    share = std::make_unique<Share>(home, impl, stats, metrics);
    share->cluster.Begin();
    co_return OkStatus();
  }
  static Task<Status> End(std::unique_ptr<Share> share) {
    co_await share->cluster.Close();
    co_return OkStatus();
  }

  Cluster cluster;
  GrpcUpstream upstream;
  Exchange exchange;
  Cors cors;
  CodingFilter coding;
  AccessLog front;
};

struct UpstreamGateway::Impl {
  Impl(WorkerPool& pool, UpstreamGatewayOptions options, DescriptorSet descriptors)
      : pool(pool), options(std::move(options)), descriptors(std::move(descriptors)) {}

  Status BuildRoutes();

  WorkerPool& pool;
  const UpstreamGatewayOptions options;
  const DescriptorSet descriptors;
  config::Cluster cluster;
  Schema schema;
  std::unique_ptr<const RouteTable> routes;
  ClusterStats stats;
  HttpMetrics metrics;
  std::vector<std::unique_ptr<Share>> shares;
  std::unique_ptr<HttpServer> http;
};

UpstreamGateway::Share::Share(AsioExecutor& home, const Impl& impl, ClusterStats& stats, HttpMetrics& metrics)
    : cluster(home, impl.cluster, stats),
      upstream(cluster, {.reply_bytes_max = impl.options.exchange.body_bytes_max}),
      exchange(*impl.routes, impl.schema, upstream, impl.options.exchange),
      cors({.allow_origins = impl.options.cors_allow_origins, .error_shape = impl.options.exchange.error_shape},
           exchange),
      coding(cors, {.limit = {.bytes_max = impl.options.exchange.body_bytes_max},
                    .error_shape = impl.options.exchange.error_shape}),
      front(metrics, impl.options.content_coding ? static_cast<RequestHandler&>(coding) : cors, impl.options.access_log,
            &home.gathering()) {}

Status UpstreamGateway::Impl::BuildRoutes() {
  RouteTableBuilder builder(schema, {});
  for (const google::protobuf::FileDescriptor* const file : descriptors.files()) {
    schema.AddFile(*file);
    for (int i = 0; i < file->service_count(); ++i) TRY(builder.AddService(*file->service(i)));
  }
  // What an error may carry, whether or not the set has it.
  schema.AddFile(*google::protobuf::Any::descriptor()->file());
  schema.AddFile(*google::rpc::ErrorInfo::descriptor()->file());
  routes = std::make_unique<const RouteTable>(std::move(builder).Build());
  if (!routes->routes().empty()) return OkStatus();
  return InvalidArgument("--descriptor_set={}: no method has a google.api.http rule", options.descriptor_set);
}

UpstreamGateway::UpstreamGateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
UpstreamGateway::~UpstreamGateway() { Drain(absl::ZeroDuration()); }

const std::string& UpstreamGateway::address() const { return impl_->http->address(); }
size_t UpstreamGateway::routes() const { return impl_->routes->routes().size(); }

StatusOr<std::unique_ptr<UpstreamGateway>> UpstreamGateway::Start(WorkerPool& workers, UpstreamGatewayOptions options,
                                                                  MetricsRegistry& metrics) {
  StatusOr<DescriptorSet> descriptors = DescriptorSet::ReadFile(options.descriptor_set);
  if (!descriptors.ok()) return InvalidArgument("--descriptor_set: {}", MessageOf(descriptors.status()));
  std::unique_ptr<UpstreamGateway> gateway(
      new UpstreamGateway(std::make_unique<Impl>(workers, std::move(options), *std::move(descriptors))));
  Impl& impl = *gateway->impl_;
  TRY(impl.cluster, ClusterOf(impl.options.upstream));
  TRY(impl.BuildRoutes());
  impl.metrics.Register(metrics);
  RegisterClusterStats(metrics, "upstream", impl.stats);

  impl.shares.resize(workers.size());
  const auto begin = [&](size_t worker) {
    return Share::Begin(impl.shares[worker], workers.home(worker), impl, impl.stats, impl.metrics);
  };
  TRY(workers.OnEach(begin));
  const auto handler_of = [&impl](size_t worker) -> RequestHandler& { return impl.shares[worker]->front; };
  HttpServerOptions http = {.address = impl.options.listen};
  http.limits.front().style.error_shape = impl.options.exchange.error_shape;
  TRY(impl.http, HttpServer::Start(workers, http, handler_of));
  return gateway;
}

void UpstreamGateway::Drain(absl::Duration grace) {
  if (impl_->http != nullptr) impl_->http->Drain(grace);
  if (impl_->shares.empty()) return;
  const auto end = [&](size_t worker) { return Share::End(std::move(impl_->shares[worker])); };
  const Status ended = impl_->pool.OnEach(end);
  impl_->shares.clear();
}

}  // namespace minato::gateway

// Which route of a route_config serves a request (config.route.v3).
#pragma once

#include <memory>
#include <string_view>

#include <absl/container/inlined_vector.h>

#include "gateway/config/bootstrap.h"
#include "gateway/front/request_head.h"
#include "gateway/grpc_wire.h"

namespace minato::gateway {

struct AccessLogRecord;

// A route_config ready to be matched. Immutable, any number of threads.
class Routes {
 public:
  explicit Routes(const config::RouteConfiguration& config);  // which must outlive the routes
  ~Routes();

  struct Found {
    const config::VirtualHost* virtual_host = nullptr;
    const config::Route* route = nullptr;  // nullptr: none matches, Envoy answers 404
  };
  // Host by exact domain, then longest suffix, longest prefix, "*"; case does not count. Then the first route whose
  // path and headers match.
  Found Match(const RequestHead& head) const;
  // Whether that depends on more than method, host and path.
  bool look_at_headers() const;

 private:
  struct Compiled;
  const std::unique_ptr<Compiled> compiled_;
};

// The route that one request was given, until somebody chooses again (Envoy: the route cache).
class RouteChoice {
 public:
  // `access_log`: of the request's stream; outlives the choice.
  RouteChoice(const config::RouteConfiguration& config, const Routes& routes, const RequestHead& head,
              ErrorShape error_shape = ErrorShape::kEnvoy, AccessLogRecord* access_log = nullptr)
      : RouteChoice(config, routes, head, error_shape, access_log,
                    head.Find(http::KnownHeader::kContentType).value_or("")) {}

  void ChooseAgain(const RequestHead& head) { found_ = routes_.Match(head); }
  const config::Route* route() const { return found_.route; }
  const config::VirtualHost* virtual_host() const { return found_.virtual_host; }
  // Whether the client, not a filter, made it a gRPC request.
  bool came_as_grpc() const { return came_as_grpc_; }
  // Of what the gateway tells the client.
  ErrorShape error_shape() const { return error_shape_; }

  // What is noted of the request; nullptr: nothing is to be.
  AccessLogRecord* access_log() const { return access_log_; }

  // What the levels say of a filter, the most specific one first: route, virtual host, route_config.
  template <typename Config>
  absl::InlinedVector<const Config*, 3> EveryPerFilter(
      std::shared_ptr<const Config> config::PerFilterConfig::*member) const {
    absl::InlinedVector<const Config*, 3> said;
    const auto add = [&](const config::PerFilterConfig& level) {
      if (level.*member) said.push_back((level.*member).get());
    };
    if (found_.route != nullptr) add(found_.route->per_filter);
    if (found_.virtual_host != nullptr) add(found_.virtual_host->per_filter);
    add(config_.per_filter);
    return said;
  }
  // The first of them, which counts whole; nullptr: there is none.
  template <typename Config>
  const Config* PerFilter(std::shared_ptr<const Config> config::PerFilterConfig::*member) const {
    const auto said = EveryPerFilter(member);
    return said.empty() ? nullptr : said.front();
  }

 private:
  RouteChoice(const config::RouteConfiguration& config, const Routes& routes, const RequestHead& head,
              ErrorShape error_shape, AccessLogRecord* access_log, std::string_view content_type)
      : config_(config),
        routes_(routes),
        came_as_grpc_(IsGrpcContentType(content_type)),
        error_shape_(ErrorShapeFor(error_shape, content_type)),
        access_log_(access_log),
        found_(routes.Match(head)) {}

  const config::RouteConfiguration& config_;
  const Routes& routes_;
  const bool came_as_grpc_;
  const ErrorShape error_shape_;
  AccessLogRecord* const access_log_;
  Routes::Found found_;
};

}  // namespace minato::gateway

// Which route of a route_config serves a request (config.route.v3).
#pragma once

#include <memory>
#include <string_view>

#include "gateway/config/bootstrap.h"
#include "gateway/front/request_head.h"
#include "gateway/grpc_wire.h"

namespace minato::gateway {

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

 private:
  struct Compiled;
  const std::unique_ptr<Compiled> compiled_;
};

// The route that one request was given, until somebody chooses again (Envoy: the route cache).
class RouteChoice {
 public:
  RouteChoice(const config::RouteConfiguration& config, const Routes& routes, const RequestHead& head)
      : config_(config), routes_(routes), came_as_grpc_(IsGrpcContentType(head.Find(http::KnownHeader::kContentType).value_or(""))), found_(routes.Match(head)) {}

  void ChooseAgain(const RequestHead& head) { found_ = routes_.Match(head); }
  const config::Route* route() const { return found_.route; }
  const config::VirtualHost* virtual_host() const { return found_.virtual_host; }
  // Whether the client, not a filter, made it a gRPC request.
  bool came_as_grpc() const { return came_as_grpc_; }

  // What the most specific level says of a filter (route, virtual host, route_config), whole; nullptr: nothing does.
  template <typename Config>
  const Config* PerFilter(std::shared_ptr<const Config> config::PerFilterConfig::*member) const {
    if (found_.route != nullptr && found_.route->per_filter.*member) return (found_.route->per_filter.*member).get();
    if (found_.virtual_host != nullptr && found_.virtual_host->per_filter.*member) {
      return (found_.virtual_host->per_filter.*member).get();
    }
    return (config_.per_filter.*member).get();
  }

 private:
  const config::RouteConfiguration& config_;
  const Routes& routes_;
  const bool came_as_grpc_;
  Routes::Found found_;
};

}  // namespace minato::gateway

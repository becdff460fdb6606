// Which route of a route_config serves a request (config.route.v3).
#pragma once

#include <memory>
#include <string_view>

#include <absl/container/inlined_vector.h>

#include "gateway/config/bootstrap.h"
#include "gateway/front/request_head.h"
#include "gateway/grpc_wire.h"
#include "gateway/upstream/grpc_request.h"

namespace minato::gateway {

struct AccessLogRecord;

// What changes a head: of route, virtual host and route_config those that do, in the order of their evaluation.
using HeaderLevels = absl::InlinedVector<const config::HeaderMutations*, 3>;

// A route_config ready to be matched. Immutable, any number of threads.
class Routes {
 public:
  explicit Routes(const config::RouteConfiguration& config);  // which must outlive the routes
  ~Routes();

  struct Found {
    const config::VirtualHost* virtual_host = nullptr;
    const config::Route* route = nullptr;  // nullptr: none matches, Envoy answers 404
    const HeaderLevels* request_headers = nullptr;   // nullptr: nothing changes
    const HeaderLevels* response_headers = nullptr;  // likewise
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
  // nullptr: nothing changes.
  const HeaderLevels* request_headers() const { return found_.request_headers; }
  const HeaderLevels* response_headers() const { return found_.response_headers; }
  bool goes_to_cluster() const {
    return found_.route != nullptr && std::holds_alternative<config::RouteAction>(found_.route->action);
  }
  // Whether the client, not a filter, made it a gRPC request.
  bool came_as_grpc() const { return came_as_grpc_; }
  // Of what the gateway tells the client.
  ErrorShape error_shape() const { return error_shape_; }

  // What is noted of the request; nullptr: nothing is to be.
  AccessLogRecord* access_log() const { return access_log_; }

  // What the levels say of a filter, the most specific one first: route, virtual host, route_config. Without a route
  // there are none, as in Envoy.
  template <typename Config>
  absl::InlinedVector<const Config*, 3> EveryPerFilter(
      std::shared_ptr<const Config> config::PerFilterConfig::*member) const {
    absl::InlinedVector<const Config*, 3> said;
    if (found_.route == nullptr) return said;
    const auto add = [&](const config::PerFilterConfig& level) {
      if (level.*member) said.push_back((level.*member).get());
    };
    add(found_.route->per_filter);
    add(found_.virtual_host->per_filter);
    add(config_.per_filter);
    return said;
  }
  // Likewise of the transcoder of that number in the chain: the most specific level counts whole. nullptr: none says
  // anything.
  const config::GrpcJsonTranscoder* Transcoder(size_t number) const {
    if (found_.route == nullptr) return nullptr;
    for (const auto* const level : {&found_.route->per_filter, &found_.virtual_host->per_filter, &config_.per_filter}) {
      if (number < level->transcoders.size() && level->transcoders[number] != nullptr) {
        return level->transcoders[number].get();
      }
    }
    return nullptr;
  }

 private:
  RouteChoice(const config::RouteConfiguration& config, const Routes& routes, const RequestHead& head,
              ErrorShape error_shape, AccessLogRecord* access_log, std::string_view content_type)
      : config_(config),
        routes_(routes),
        came_as_grpc_(IsGrpcContentType(content_type) && IsGrpcRequest(head)),
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

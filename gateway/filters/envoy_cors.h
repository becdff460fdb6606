// CORS as Envoy's filter does it (extensions.filters.http.cors.v3): by the policies of route, virtual host and
// route_config, field by field. A route that goes to no cluster has none.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "gateway/filters/http_filter.h"
#include "gateway/upstream/header_match.h"

namespace minato::gateway {

// The origins that policies allow, ready to be asked. Filled at start, then shared by all workers.
class CorsOrigins {
 public:
  void Add(const config::CorsPolicy& policy);
  bool Allows(const config::CorsPolicy& policy, std::string_view origin) const;

 private:
  std::map<const config::CorsPolicy*, std::vector<StringMatch>> matches_;
};

class EnvoyCors final : public HttpFilter {
 public:
  // Both must outlive it; `origins` has every policy that a route names.
  EnvoyCors(const CorsOrigins& origins, HttpFilter& next) : origins_(origins), next_(next) {}

  // Answers preflights of allowed origins, marks the answers to their other requests.
  Task<void> Serve(ClientStream& stream, RouteChoice& route) override;

 private:
  Task<void> ServeMarked(ClientStream& stream, RouteChoice& route, http::Headers marks);
  static Task<void> Answer(ClientStream& stream, http::Headers headers);

  const CorsOrigins& origins_;
  HttpFilter& next_;
};

}  // namespace minato::gateway

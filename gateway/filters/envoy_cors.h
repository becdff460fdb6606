// CORS as Envoy's filter does it (extensions.filters.http.cors.v3): by the policy of the route.
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
  const CorsOrigins& origins_;
  HttpFilter& next_;
};

}  // namespace minato::gateway

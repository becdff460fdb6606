// One line a request, and what /stats says about HTTP.
#pragma once

#include "gateway/front/client_stream.h"
#include "runtime/io/gathering.h"
#include "telemetry/metrics.h"

namespace minato::gateway {

struct HttpMetrics {
  Counter requests;
  Gauge in_flight;
  Counter answers_2xx, answers_4xx, answers_5xx;
  Histogram latency;

  void Register(MetricsRegistry& registry) const;
};

// Logs at level info, so that --log_level=warning turns the lines off. Any worker; `next` and `metrics` outlive it. With
// the `gathering` of a worker it is that worker's alone, and tells it how long requests take.
class AccessLog final : public RequestHandler {
 public:
  enum class Lines { kOn, kOff };

  AccessLog(HttpMetrics& metrics, RequestHandler& next, Lines lines = Lines::kOn, Gathering* gathering = nullptr)
      : metrics_(metrics), next_(next), lines_(lines), gathering_(gathering) {}

  Task<void> Serve(ClientStream& stream) override;
  void Refused(const RefusedRequest& request) override { next_.Refused(request); }

 private:
  void Log(const ClientStream& stream, absl::Duration took) const;

  HttpMetrics& metrics_;
  RequestHandler& next_;
  const Lines lines_;
  Gathering* const gathering_;
};

}  // namespace minato::gateway

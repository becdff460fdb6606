#include "server/call/observe.h"

#include "telemetry/log.h"

namespace minato {

Observe::Observe(const MethodRegistry& registry, MetricsRegistry& metrics, bool access_log)
    : access_log_(access_log) {
  for (const Method* method : registry.methods()) {
    auto instruments = std::make_unique<Instruments>();
    const std::string scope = "rpc." + method->descriptor->full_name();
    metrics.Add(scope + ".calls", instruments->calls);
    metrics.Add(scope + ".errors", instruments->errors);
    metrics.Add(scope + ".in_flight", instruments->in_flight);
    metrics.Add(scope + ".latency", instruments->latency);
    by_method_.push_back(std::move(instruments));
  }
}

Task<Status> Observe::Intercept(CallContext& call, MessageStream& stream, NextInCall next) {
  Instruments& instruments = *by_method_[call.method().index];
  instruments.calls.Add();
  const Gauge::Held in_flight(instruments.in_flight);
  const Clock& clock = call.home().clock();
  const absl::Time began = clock.Now();
  Status status = co_await next(call, stream);
  const absl::Duration took = clock.Now() - began;
  instruments.latency.Record(took);
  if (!status.ok()) instruments.errors.Add();
  if (access_log_) {
    Log::Info("{} from {}: {} in {} us", call.method().path, call.peer(), absl::StatusCodeToString(status.code()),
              absl::ToInt64Microseconds(took));
  }
  co_return status;
}

}  // namespace minato

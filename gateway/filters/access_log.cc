#include "gateway/filters/access_log.h"

#include "telemetry/log.h"

namespace minato::gateway {
namespace {

// A target and a user agent may hold anything but line breaks and controls: quotes are what is left to escape.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

void HttpMetrics::Register(MetricsRegistry& registry) const {
  registry.Add("http.requests", requests);
  registry.Add("http.requests.in_flight", in_flight);
  registry.Add("http.answers.2xx", answers_2xx);
  registry.Add("http.answers.4xx", answers_4xx);
  registry.Add("http.answers.5xx", answers_5xx);
  registry.Add("http.latency", latency);
}

Task<void> AccessLog::Serve(ClientStream& stream) {
  const TaskContext& context = co_await CurrentContext();
  const Clock& clock = context.home->clock();
  const absl::Time start = clock.Now();
  Gauge::Held in_flight(metrics_.in_flight);
  metrics_.requests.Add();
  co_await next_.Serve(stream);
  const absl::Duration took = clock.Now() - start;
  metrics_.latency.Record(took);
  if (gathering_ != nullptr) gathering_->RequestTook(took);
  const int status = stream.response_status();
  if (status >= 500) {
    metrics_.answers_5xx.Add();
  } else if (status >= 400) {
    metrics_.answers_4xx.Add();
  } else {
    metrics_.answers_2xx.Add();
  }
  if (lines_ == Lines::kOn && minato::Log::IsOn(minato::Log::Level::kInfo)) Log(stream, took);
}

void AccessLog::Log(const ClientStream& stream, absl::Duration took) const {
  const RequestHead& head = stream.head();
  minato::Log::Info("http {} {} {} status={} in={} out={} ms={:.3f} peer={} agent={}", head.method(),
                    Quoted(head.target()), head.protocol(), stream.response_status(), stream.request_bytes(),
                    stream.response_bytes(), absl::ToDoubleMilliseconds(took), stream.peer(),
                    Quoted(head.Find(http::KnownHeader::kUserAgent).value_or("-")));
}

}  // namespace minato::gateway

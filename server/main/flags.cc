#include "server/main/flags.h"

#include <cstdlib>
#include <thread>

#include <absl/flags/flag.h>

ABSL_FLAG(std::string, grpc_address, "127.0.0.1:50051", "where gRPC is served; port 0 takes a free one");
ABSL_FLAG(std::string, admin_address, "127.0.0.1:9901", "where /healthz, /ready and /stats are served");
ABSL_FLAG(std::string, data_dir, "",
          "folder of the databases and of the mail spool; default: $MINATO_DATA_DIR, else ./minato-data");
ABSL_FLAG(int, workers, 0, "threads of each transport; 0: one per core");
ABSL_FLAG(uint64_t, request_bytes_max, 4 << 20, "size of one request message; larger ones are refused");
ABSL_FLAG(uint64_t, calls_in_flight_max, 16'384,
          "calls served at the same time, whichever way they came; more are refused");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(10),
          "how long calls in flight may take to end after SIGTERM or Ctrl-C");
ABSL_FLAG(bool, allow_unauthenticated_public_address, false,
          "allow addresses that other machines reach, although there is no authentication");

ABSL_FLAG(absl::Duration, data_delay, absl::Seconds(2), "delay of the simulated source behind GET /data");
ABSL_FLAG(bool, data_fails, false, "let the simulated source behind GET /data fail");
ABSL_FLAG(bool, retry_data_fails, false, "let every attempt of GET /retry-data fail, not only the first two");
ABSL_FLAG(std::string, external_url, "",
          "what GET /external-data fetches; default: a demo upstream in this process");
ABSL_FLAG(std::string, stock_url_template, "",
          "HTTP JSON API of stock quotes, as https://host/quote?symbol={symbol}; default: a simulated market");
ABSL_FLAG(std::string, stock_price_pointer, "/price", "JSON pointer (RFC 6901) to the price in its answer");
ABSL_FLAG(std::string, stock_currency_pointer, "",
          "JSON pointer to the currency in its answer; default: every price is in USD");
ABSL_FLAG(absl::Duration, stock_quote_ttl, absl::Seconds(5), "how long a quote is served from the cache");
ABSL_FLAG(uint64_t, market_seed, 1, "seed of the simulated market");
ABSL_FLAG(std::string, mail_from, "noreply@minato.invalid", "address in whose name mail is sent");
ABSL_FLAG(uint64_t, tasks_running_max, 32, "background tasks that run at the same time");
ABSL_FLAG(uint64_t, tasks_unfinished_max, 100'000, "background tasks that wait or run; more are refused");
ABSL_FLAG(uint32_t, task_attempts_max, 5, "how often a background task is started before it counts as failed");
ABSL_FLAG(absl::Duration, task_retention, absl::Hours(7 * 24),
          "how long a background task is kept after its end; 0: for ever");

namespace minato {
namespace {

std::string DataDir() {
  if (std::string flag = absl::GetFlag(FLAGS_data_dir); !flag.empty()) return flag;
  const char* const variable = std::getenv("MINATO_DATA_DIR");
  return variable != nullptr && *variable != '\0' ? variable : "./minato-data";
}

Status RequireNotNegative(std::string_view flag, absl::Duration value) {
  if (value >= absl::ZeroDuration()) return OkStatus();
  return InvalidArgument("--{}: a duration is not negative, found {}", flag, absl::FormatDuration(value));
}

Status RequireWithin(std::string_view flag, uint64_t value, uint64_t min, uint64_t max) {
  if (min <= value && value <= max) return OkStatus();
  return InvalidArgument("--{}: {} to {}, found {}", flag, min, max, value);
}

}  // namespace

bool HasSharedFlags(std::string_view file) { return file.ends_with("server/main/flags.cc"); }

StatusOr<SharedConfig> ConfigFromFlags() {
  TRY(RequireNotNegative("data_delay", absl::GetFlag(FLAGS_data_delay)));
  TRY(RequireNotNegative("stock_quote_ttl", absl::GetFlag(FLAGS_stock_quote_ttl)));
  TRY(RequireNotNegative("drain_timeout", absl::GetFlag(FLAGS_drain_timeout)));
  TRY(RequireNotNegative("task_retention", absl::GetFlag(FLAGS_task_retention)));
  TRY(RequireWithin("tasks_running_max", absl::GetFlag(FLAGS_tasks_running_max), 1, 10'000));
  TRY(RequireWithin("tasks_unfinished_max", absl::GetFlag(FLAGS_tasks_unfinished_max), 1, 100'000'000));
  TRY(RequireWithin("task_attempts_max", absl::GetFlag(FLAGS_task_attempts_max), 1, 1000));
  const int workers = absl::GetFlag(FLAGS_workers);
  if (workers < 0 || workers > 256) {
    return InvalidArgument("--workers: 0 to 256 threads, found {}", workers);
  }
  SharedConfig config;
  config.services.data_dir = DataDir();
  config.services.data.data_delay = absl::GetFlag(FLAGS_data_delay);
  config.services.data.data_fails = absl::GetFlag(FLAGS_data_fails);
  config.services.data.flaky_fails_always = absl::GetFlag(FLAGS_retry_data_fails);
  config.services.data.external_url = absl::GetFlag(FLAGS_external_url);
  config.services.stock.quote_ttl = absl::GetFlag(FLAGS_stock_quote_ttl);
  config.services.stock_feed.url_template = absl::GetFlag(FLAGS_stock_url_template);
  config.services.stock_feed.price_pointer = absl::GetFlag(FLAGS_stock_price_pointer);
  config.services.stock_feed.currency_pointer = absl::GetFlag(FLAGS_stock_currency_pointer);
  config.services.market_seed = absl::GetFlag(FLAGS_market_seed);
  config.services.task.mail_from = absl::GetFlag(FLAGS_mail_from);
  config.services.task.workers.running_max = absl::GetFlag(FLAGS_tasks_running_max);
  config.services.task.workers.retention = absl::GetFlag(FLAGS_task_retention);
  config.services.task.unfinished_max = static_cast<int64_t>(absl::GetFlag(FLAGS_tasks_unfinished_max));
  config.services.task.attempts_max = static_cast<int32_t>(absl::GetFlag(FLAGS_task_attempts_max));
  config.grpc_address = absl::GetFlag(FLAGS_grpc_address);
  config.admin_address = absl::GetFlag(FLAGS_admin_address);
  config.workers = workers == 0 ? static_cast<int>(std::thread::hardware_concurrency()) : workers;
  config.request_bytes_max = absl::GetFlag(FLAGS_request_bytes_max);
  config.calls_in_flight_max = absl::GetFlag(FLAGS_calls_in_flight_max);
  config.drain_timeout = absl::GetFlag(FLAGS_drain_timeout);
  config.allow_public_address = absl::GetFlag(FLAGS_allow_unauthenticated_public_address);
  return config;
}

rpc::ServerOptions GrpcOptions(const SharedConfig& config) {
  rpc::ServerOptions options;
  options.address = config.grpc_address;
  options.workers = static_cast<size_t>(config.workers);
  options.request_bytes_max = config.request_bytes_max;
  options.calls_in_flight_max = config.calls_in_flight_max;
  return options;
}

}  // namespace minato

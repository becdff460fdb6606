#include "server/rpc/server.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include <absl/synchronization/mutex.h>
#include <fmt/ranges.h>
#include <grpc/support/log.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "runtime/check.h"
#include "server/rpc/worker.h"

namespace minato::rpc {
namespace {

// How long a worker may take to say which calls it still has.
constexpr absl::Duration kAnswerBound = absl::Milliseconds(500);

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(std::min<int64_t>(absl::ToInt64Milliseconds(duration), INT_MAX));
}

ServerOptions Completed(ServerOptions options) {
  if (options.workers == 0) options.workers = std::max(1u, std::thread::hardware_concurrency());
  CHECK(options.accepts_outstanding > 0);
  return options;
}

void Configure(grpc::ServerBuilder& builder, const ServerOptions& options) {
  // Without the filters for deadlines, message sizes and decompression: the calls see to these themselves.
  builder.AddChannelArgument(GRPC_ARG_MINIMAL_STACK, 1);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 1);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             static_cast<int>(options.streams_per_connection_max));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, static_cast<int>(options.metadata_bytes_max));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options.keepalive_interval));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(options.keepalive_timeout));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(options.ping_interval_min));
  grpc::ResourceQuota quota("minato-server");
  quota.Resize(options.memory_bytes_max);
  builder.SetResourceQuota(quota);
}

// While one lives, gRPC logs nothing but tells it why a start fails: gRPC has no other way to say so.
class WhyNotStarted {
 public:
  WhyNotStarted() { gpr_set_log_function(&OnLog); }
  WhyNotStarted(const WhyNotStarted&) = delete;
  WhyNotStarted& operator=(const WhyNotStarted&) = delete;
  ~WhyNotStarted() {
    gpr_set_log_function(nullptr);
    const std::lock_guard lock(mutex_);
    reason_.clear();
  }

  // What the system said, as "Address already in use".
  std::string reason() const {
    const std::lock_guard lock(mutex_);
    return reason_.empty() ? "gRPC gives no reason" : reason_;
  }

 private:
  // Errors are nested: …{syscall:"bind", os_error:"Address already in use", errno:98, …}…
  static void OnLog(gpr_log_func_args* entry) {
    constexpr std::string_view kName = "os_error:\"";
    const std::string_view message = entry->message;
    const size_t begin = message.find(kName);
    if (entry->severity != GPR_LOG_SEVERITY_ERROR || begin == message.npos) return;
    const std::string_view text = message.substr(begin + kName.size());
    const std::lock_guard lock(mutex_);
    reason_ = text.substr(0, text.find('"'));
  }

  static inline std::mutex mutex_;
  static inline std::string reason_;
};

}  // namespace

struct Server::Core {
  Core(const MethodRegistry& registry, ServerOptions options)
      : shared{registry, Completed(std::move(options)), {}} {}

  Status JoinWorkers();

  Shared shared;
  std::vector<std::unique_ptr<Worker>> workers;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  bool drained = false;
};

Server::Server(const MethodRegistry& registry, ServerOptions options)
    : core_(std::make_unique<Core>(registry, std::move(options))) {}

Server::~Server() {
  if (core_ == nullptr) return;
  Status drained = Drain(absl::ZeroDuration());
  CHECK(drained.ok(), "a server ended before its calls: {}", MessageOf(drained));
}

Status Server::Start() {
  CHECK(core_->server == nullptr, "a server starts once");
  Shared& shared = core_->shared;
  // Debian builds Abseil with its lock-order check, 7 % of the instructions of a call. It looks after gRPC's
  // locks, which it does not find wanting; ours are seen to by ThreadSanitizer.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc::ServerBuilder builder;
  Configure(builder, shared.options);
  builder.AddListeningPort(shared.options.address, grpc::InsecureServerCredentials(), &core_->port);
  builder.RegisterAsyncGenericService(&shared.service);
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
  for (size_t i = 0; i < shared.options.workers; ++i) queues.push_back(builder.AddCompletionQueue());

  const WhyNotStarted why_not;
  core_->server = builder.BuildAndStart();
  if (core_->server == nullptr || core_->port == 0) {
    for (auto& queue : queues) queue->Shutdown();
    core_->server.reset();
    return Unavailable("cannot listen on {}: {}", shared.options.address, why_not.reason());
  }
  for (auto& queue : queues) {
    core_->workers.push_back(std::make_unique<Worker>(shared, std::move(queue)));
    core_->workers.back()->Start();
  }
  return OkStatus();
}

int Server::port() const { return core_->port; }

size_t Server::calls_in_flight() const {
  return core_->shared.calls_in_flight.load(std::memory_order_relaxed);
}

Status Server::Drain(absl::Duration bound) {
  Core& core = *core_;
  if (core.workers.empty() || std::exchange(core.drained, true)) return OkStatus();
  core.shared.draining.store(true, std::memory_order_relaxed);
  const absl::Duration grace = std::min(core.shared.options.stream_grace, bound);
  for (const auto& worker : core.workers) worker->CancelStreamsAfter(grace);
  // Blocks until the calls in flight are over, and ends them at the bound.
  core.server->Shutdown(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                     gpr_time_from_millis(Milliseconds(bound), GPR_TIMESPAN)));
  for (const auto& worker : core.workers) worker->CancelAll();
  Status joined = core.JoinWorkers();
  // Calls that go on refer to all of this: the process has to end around them.
  if (!joined.ok()) static_cast<void>(core_.release());
  return joined;
}

Status Server::Core::JoinWorkers() {
  const absl::Time end = absl::Now() + shared.options.join_bound;
  std::vector<std::string> left;
  for (const auto& worker : workers) {
    if (worker->WaitUntilIdle(std::max(end - absl::Now(), absl::ZeroDuration()))) {
      worker->Join();
      continue;
    }
    StatusOr<std::vector<std::string>> names = worker->NamesOfCalls(kAnswerBound);
    if (names.ok()) {
      left.insert(left.end(), names->begin(), names->end());
    } else {
      left.emplace_back(MessageOf(names.status()));
    }
    worker->Abandon();
  }
  if (left.empty()) return OkStatus();
  return DeadlineExceeded("still running after draining: {}", fmt::join(left, ", "));
}

}  // namespace minato::rpc

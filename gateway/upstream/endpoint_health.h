// Active health checks of one endpoint (config.core.v3.HealthCheck): asks again and again over connections of its own.
#pragma once

#include <functional>
#include <vector>

#include "gateway/upstream/endpoint_pool.h"
#include "gateway/upstream/jitter.h"
#include "runtime/scope.h"

namespace minato::gateway {

// Belongs to its worker. Each worker asks for itself.
class EndpointHealth {
 public:
  // `changed` is called when healthy() or known() have become something else. `stats` are the cluster's: an endpoint
  // whose cluster has had no request is asked more rarely.
  // `tls` as of the cluster's own connections. `address` is where to ask, for `endpoint`.
  EndpointHealth(AsioExecutor& home, const config::Cluster& config, const config::Endpoint& endpoint,
                 const ClusterStats& stats, const SocketAddress& address, std::shared_ptr<const TlsConnector> tls,
                 std::function<void()> changed);
  EndpointHealth(const EndpointHealth&) = delete;
  EndpointHealth& operator=(const EndpointHealth&) = delete;
  ~EndpointHealth();  // once idle

  bool healthy() const { return passing_ == checks_.size(); }  // all checks pass; false before the first answers
  bool known() const { return unanswered_ == 0; }              // each check was done once

  // No further questions; `changed` is not called any more.
  void Stop();
  bool idle() const { return tasks_.size() == 0; }
  Task<void> Join();

 private:
  enum class Outcome { kPass, kFail, kUnreachable };  // kFail: it says itself that it is not well
  struct Check {
    const config::HealthCheck* config = nullptr;
    bool answered = false;
    bool passes = false;
    uint32_t in_a_row = 0;  // outcomes that speak against `passes`
  };

  Task<void> KeepAsking(Check& check);
  Task<Outcome> Ask(const config::HealthCheck& check);
  Task<StatusOr<bool>> AskHttp(const config::HealthCheck& check);
  Task<StatusOr<bool>> AskGrpc(const config::HealthCheck& check);
  void Told(Check& check, Outcome outcome);
  absl::Duration NextInterval(const Check& check, bool passed);
  // What the request calls the endpoint: by itself, else as the check says, else as the cluster's name.
  const std::string& HostName(const std::string& of_check) const;

  const config::Cluster& config_;
  const config::Endpoint& endpoint_;
  const ClusterStats& cluster_stats_;
  const std::function<void()> changed_;
  Scope tasks_;  // questions, and the connections for them
  ClusterStats own_stats_;
  EndpointPool::Shared shared_;
  EndpointPool pool_;
  std::vector<Check> checks_;
  size_t passing_ = 0;
  size_t unanswered_ = 0;
  Jitter jitter_;
  bool stopped_ = false;
};

}  // namespace minato::gateway

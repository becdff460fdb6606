// One configuration on one worker: its clusters' connections, and the filter chains that lead to them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/envoy/compiled_bootstrap.h"
#include "gateway/envoy/opened_logs.h"
#include "gateway/filters/http_filter.h"
#include "gateway/filters/router.h"
#include "gateway/upstream/cluster.h"
#include "runtime/gate.h"

namespace minato::gateway {

// By name of the cluster. One for all workers; what a cluster counted outlives a new configuration.
class StatsByCluster {
 public:
  // Makes what is not there yet; before the workers look for it. True if it was not.
  bool Add(const std::string& cluster);
  ClusterStats& Of(const std::string& cluster) const { return *stats_.at(cluster); }

 private:
  std::map<std::string, std::unique_ptr<ClusterStats>> stats_;
};

// Belongs to its worker.
class WorkerChains {
 public:
  // Each cluster of the bootstrap has its `stats` already.
  // `logs` are those of the bootstrap.
  WorkerChains(AsioExecutor& home, std::shared_ptr<const CompiledBootstrap> compiled,
               std::shared_ptr<const OpenedLogs> logs, const StatsByCluster& stats);
  ~WorkerChains();  // only after Close

  // Looks names up and checks endpoints; OK when that was done once, or after `patience`.
  Task<Status> Begin(absl::Duration patience);
  // Waits for the requests inside, then ends the connections.
  Task<void> Close();

  // Serves a request that came to a listener. UNAVAILABLE, with nothing answered, if there is no such listener.
  Task<Status> Serve(const std::string& listener_address, ClientStream& stream);
  // One that the front refused.
  void Refused(const std::string& listener_address, const RefusedRequest& request) const;
  // What encrypts the listener's connections; nullptr: nothing.
  std::shared_ptr<const TlsAcceptor> TlsOf(const std::string& listener_address) const {
    return compiled_->TlsOf(listener_address);
  }

 private:
  class Chain;

  const std::shared_ptr<const CompiledBootstrap> compiled_;
  const std::shared_ptr<const OpenedLogs> logs_;
  std::vector<std::unique_ptr<Cluster>> clusters_;
  Router::Clusters clusters_by_name_;
  std::map<std::string, std::vector<std::unique_ptr<Chain>>, std::less<>> chains_;  // by the listener's address
  Gate inside_;
};

}  // namespace minato::gateway

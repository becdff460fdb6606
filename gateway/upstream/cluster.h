// A cluster on one worker: which endpoint a request goes to, on which connection, and what is said when there is none.
//
//   ClusterStats stats;                          one for all workers
//   Cluster cluster(home, config, stats);        on each worker; what it is made of must outlive it
//   cluster.Begin();                             names are looked up and endpoints checked from now on
//   co_await cluster.Ready();                    Envoy listens only then
//   auto call = cluster.Start(request, ends);    HttpCall, as often as wanted
//   co_await cluster.Close();                    after the last call went
#pragma once

#include <memory>

#include "gateway/config/bootstrap.h"
#include "gateway/transport/tls.h"
#include "gateway/upstream/cluster_stats.h"
#include "gateway/upstream/http_call.h"
#include "runtime/io/asio_executor.h"

namespace minato::gateway {

class Cluster final : public HttpUpstream {
 public:
  // With `tls` its connections are encrypted.
  Cluster(AsioExecutor& home, const config::Cluster& config, ClusterStats& stats,
          std::shared_ptr<const TlsConnector> tls = nullptr);
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  ~Cluster() override;  // only after Close

  // On the home's thread (or before it runs), once.
  void Begin();
  // OK once every endpoint's name has been looked up and every endpoint been checked once, whatever came of it; or the
  // reason of the waiting task's cancellation.
  Task<Status> Ready();

  std::unique_ptr<HttpCall> Start(const HttpRequestView& request, bool ends) override;

  // Says good-bye on the connections and waits until nothing of them is left. Calls that still live are told
  // "connection termination".
  Task<void> Close();

  const config::Cluster& config() const;
  ClusterStats& stats();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace minato::gateway

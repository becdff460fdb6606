// The connections to one endpoint on one worker, and the calls that wait for room on them. One connection carries all
// calls until its peer takes no more streams; only then there is a second.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "gateway/config/bootstrap.h"
#include "gateway/upstream/cluster_stats.h"
#include "gateway/upstream/http2_call.h"
#include "gateway/upstream/http2_connection.h"

namespace minato::gateway {

class EndpointPool final : private Http2Connection::Owner, private Http2CallHome {
 public:
  // What the pools of a cluster have in common; outlives them.
  struct Shared {
    AsioExecutor& home;
    const config::Cluster& config;
    ClusterStats& stats;
    Scope& connections;  // in which they run
    http::Http2ClientOptions http2;
    std::shared_ptr<const TlsConnector> tls;
  };

  EndpointPool(Shared& shared, const SocketAddress& address, uint32_t weight);
  EndpointPool(const EndpointPool&) = delete;
  EndpointPool& operator=(const EndpointPool&) = delete;
  ~EndpointPool();  // once empty

  const SocketAddress& address() const { return address_; }
  const std::string& name() const { return name_; }  // "127.0.0.1:50051"
  uint32_t weight() const { return weight_; }
  void set_weight(uint32_t weight) { weight_ = weight; }
  bool healthy() const { return healthy_; }
  void set_healthy(bool healthy) { healthy_ = healthy; }
  size_t active() const { return active_ + waiting_; }  // calls

  void Start(Http2Call& call, const HttpRequestView& request, bool ends);

  // Gets no new calls any more: its connections end with the last one.
  void Drain();
  bool empty() const { return connections_.empty() && waiting_ == 0; }

 private:
  using Connections = std::list<Http2Connection>;

  Task<void> Serve(Connections::iterator connection);
  Http2Connection* FindRoom();
  // Streams that connections which are not ready yet will take.
  size_t ExpectedRoom() const;
  bool RefusesStreams() const;
  void Open();
  void OpenForWaiting();
  void StartWaiting();
  Http2Call* PopWaiting();
  void FailWaiting(UpstreamFailure failure, const std::string& text);
  bool TakeRequest(Http2Call& call);

  void StateChanged(Http2Connection& connection) override;
  void Forget(Http2Call& call) override;
  void Ended(Http2Call& call, bool in_callback) override;

  Shared& shared_;
  const SocketAddress address_;
  const std::string name_;
  uint32_t weight_;
  bool healthy_ = true;
  bool draining_ = false;
  size_t streams_expected_;  // of a connection whose peer has not said yet
  Connections connections_;
  size_t active_ = 0;
  size_t waiting_ = 0;
  Http2Call* first_waiting_ = nullptr;
  Http2Call* last_waiting_ = nullptr;
};

}  // namespace minato::gateway

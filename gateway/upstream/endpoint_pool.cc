#include "gateway/upstream/endpoint_pool.h"

#include <algorithm>

#include "runtime/check.h"

namespace minato::gateway {

EndpointPool::EndpointPool(Shared& shared, const SocketAddress& address, uint32_t weight)
    : shared_(shared), address_(address), name_(ToString(address)), weight_(weight),
      streams_expected_(shared.config.http2.max_concurrent_streams) {}

EndpointPool::~EndpointPool() { CHECK(empty(), "the pool of {} ended before its connections", name_); }

void EndpointPool::Start(Http2Call& call, const HttpRequestView& request, bool ends) {
  call.set_address(name_);
  if (Http2Connection* const connection = waiting_ == 0 ? FindRoom() : nullptr) {
    if (!TakeRequest(call)) return;
    call.Start(*this, *connection, request, ends);
    connection->CountRequest(shared_.config.max_requests_per_connection);
    return;
  }
  ClusterStats& stats = shared_.stats;
  if (ClusterStats::Get(stats.upstream_rq_pending_active) >= shared_.config.thresholds.max_pending_requests) {
    ClusterStats::Add(stats.upstream_rq_pending_overflow);
    call.Fail(UpstreamFailure::kOverflow, "overflow");
    return;
  }
  ClusterStats::Add(stats.upstream_rq_pending_total);
  ClusterStats::Add(stats.upstream_rq_pending_active);
  call.Wait(*this, request, ends);
  call.previous = last_waiting_;
  (last_waiting_ == nullptr ? first_waiting_ : last_waiting_->next) = &call;
  last_waiting_ = &call;
  ++waiting_;
  OpenForWaiting();
}

bool EndpointPool::TakeRequest(Http2Call& call) {
  ClusterStats& stats = shared_.stats;
  if (ClusterStats::Get(stats.upstream_rq_active) >= shared_.config.thresholds.max_requests) {
    ClusterStats::Add(stats.upstream_rq_pending_overflow);
    call.Fail(UpstreamFailure::kOverflow, "overflow");
    return false;
  }
  ClusterStats::Add(stats.upstream_rq_active);
  ClusterStats::Add(stats.upstream_rq_total);
  ++active_;
  return true;
}

Http2Connection* EndpointPool::FindRoom() {
  for (Http2Connection& connection : connections_) {
    if (connection.CanSubmit()) return &connection;
  }
  return nullptr;
}

size_t EndpointPool::ExpectedRoom() const {
  size_t room = 0;
  for (const Http2Connection& connection : connections_) {
    const bool ready = !connection.connecting() && connection.session().settled();
    if (ready || connection.closed() || connection.draining()) continue;
    room += streams_expected_ - std::min(streams_expected_, connection.session().streams());
  }
  return room;
}

// Another connection would take none, either.
bool EndpointPool::RefusesStreams() const {
  return std::any_of(connections_.begin(), connections_.end(), [](const Http2Connection& connection) {
    return !connection.closed() && !connection.draining() && connection.session().streams_max() == 0;
  });
}

void EndpointPool::OpenForWaiting() {
  while (!draining_ && waiting_ > ExpectedRoom() && !RefusesStreams()) {
    // An endpoint without any connection gets one: its calls would wait for ever.
    if (ClusterStats::Get(shared_.stats.upstream_cx_active) >= shared_.config.thresholds.max_connections) {
      ClusterStats::Add(shared_.stats.upstream_cx_overflow);
      if (!connections_.empty()) return;
    }
    Open();
  }
}

void EndpointPool::Open() {
  ClusterStats::Add(shared_.stats.upstream_cx_active);
  ClusterStats::Add(shared_.stats.upstream_cx_total);
  const auto& keepalive = shared_.config.tcp_keepalive;
  connections_.emplace_back(shared_.home, address_, shared_.config.connect_timeout,
                            keepalive.has_value() ? &*keepalive : nullptr, shared_.tls.get(), shared_.http2,
                            static_cast<Http2Connection::Owner&>(*this));
  shared_.connections.Spawn(Serve(std::prev(connections_.end())));
}

Task<void> EndpointPool::Serve(Connections::iterator connection) {
  const Http2Connection::Outcome outcome = co_await connection->Run();
  ClusterStats& stats = shared_.stats;
  if (connection->session().goaway()) ClusterStats::Add(stats.upstream_cx_close_notify);
  if (connection->session().failed()) ClusterStats::Add(stats.upstream_cx_protocol_error);
  connections_.erase(connection);
  ClusterStats::Subtract(stats.upstream_cx_active);
  if (outcome.failure == UpstreamFailure::kNone) {
    StartWaiting();
    OpenForWaiting();
    co_return;
  }
  ClusterStats::Add(stats.upstream_cx_connect_fail);
  if (outcome.failure == UpstreamFailure::kConnectTimeout) ClusterStats::Add(stats.upstream_cx_connect_timeout);
  // As Envoy: whoever waits may try elsewhere.
  FailWaiting(outcome.failure, outcome.text);
}

Http2Call* EndpointPool::PopWaiting() {
  Http2Call* const call = first_waiting_;
  if (call != nullptr) Forget(*call);
  return call;
}

void EndpointPool::FailWaiting(UpstreamFailure failure, const std::string& text) {
  while (Http2Call* const call = PopWaiting()) {
    ClusterStats::Add(shared_.stats.upstream_rq_pending_failure_eject);
    call->Fail(failure, text);
  }
}

void EndpointPool::StartWaiting() {
  while (first_waiting_ != nullptr) {
    Http2Connection* const connection = FindRoom();
    if (connection == nullptr) return;
    Http2Call& call = *PopWaiting();
    if (!TakeRequest(call)) continue;
    call.StartWaiting(*connection);
    connection->CountRequest(shared_.config.max_requests_per_connection);
  }
}

void EndpointPool::StateChanged(Http2Connection& connection) {
  if (connection.session().settled()) streams_expected_ = std::max<size_t>(1, connection.session().streams_max());
  if (waiting_ == 0) return;
  StartWaiting();
  OpenForWaiting();
}

void EndpointPool::Forget(Http2Call& call) {
  (call.previous == nullptr ? first_waiting_ : call.previous->next) = call.next;
  (call.next == nullptr ? last_waiting_ : call.next->previous) = call.previous;
  call.previous = call.next = nullptr;
  --waiting_;
  ClusterStats::Subtract(shared_.stats.upstream_rq_pending_active);
}

void EndpointPool::Ended(Http2Call& call, bool in_callback) {
  --active_;
  ClusterStats::Subtract(shared_.stats.upstream_rq_active);
  switch (call.failure()) {
    case UpstreamFailure::kNone:
      break;
    case UpstreamFailure::kLocalReset:
      ClusterStats::Add(shared_.stats.upstream_rq_tx_reset);
      break;
    default:
      ClusterStats::Add(shared_.stats.upstream_rq_rx_reset);
      break;
  }
  // In a callback the session takes no streams; StateChanged follows.
  if (!in_callback) StartWaiting();
}

void EndpointPool::Drain() {
  draining_ = true;
  FailWaiting(UpstreamFailure::kConnectFailure, "local connection failure");
  for (auto connection = connections_.begin(); connection != connections_.end();) (connection++)->Drain();
}

}  // namespace minato::gateway

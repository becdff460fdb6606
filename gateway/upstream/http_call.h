// One HTTP request to a cluster and its answer, as it is on the wire: no gRPC, no JSON. The router forwards with it;
// GrpcCall (the other side of `Upstream`) is made of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <absl/container/inlined_vector.h>

#include "http/headers.h"
#include "runtime/task.h"

namespace minato::gateway {

// Names are lower-case; no framing and no connection headers. Views hold during the call that they are given to.
using HeaderViews = absl::InlinedVector<std::pair<std::string_view, std::string_view>, 24>;

struct HttpRequestView {
  std::string_view method;
  std::string_view scheme = "http";
  std::string_view authority;
  std::string_view path;  // with the query
  HeaderViews headers;
};

struct HttpResponseHead {
  int status = 0;
  http::Headers headers;  // in order of arrival, without pseudo-headers
  bool ends = false;      // neither body nor trailers follow
};

// Why a request got no complete answer (Envoy: StreamResetReason and response flags).
enum class UpstreamFailure {
  kNone,
  kNoHealthyHost,           // UH: no endpoint to send it to
  kOverflow,                // UO: a circuit breaker is open
  kConnectFailure,          // UF: refused, unreachable, TLS handshake failed
  kConnectTimeout,          // UF: cluster.connect_timeout passed
  kConnectionTermination,   // UC: the connection ended under the request
  kRemoteReset,             // UR: RST_STREAM
  kRemoteRefusedStream,     // UR: RST_STREAM with REFUSED_STREAM, or not processed before a GOAWAY
  kProtocolError,           // UPE: what came is no HTTP, or the peer says that of ours
  kLocalReset,              // we gave up: cancelled, deadline
};

// Belongs to the worker on which it was started. One task may write while another reads. Its end resets the stream
// unless both directions are complete; nothing needs to be awaited for that.
class HttpCall {
 public:
  virtual ~HttpCall() = default;

  // Waits while more than the stream's buffer waits for the peer's window. An error (UNAVAILABLE, or the reason of the
  // task's cancellation) says that the peer takes no more; ReadHead and Read say how the call ended.
  virtual Task<Status> Write(std::string_view piece) = 0;
  // Whether Write would return without waiting.
  virtual bool HasRoom() const = 0;
  // After the last Write. Small bodies and the end go in one frame with what is buffered.
  virtual void End(const http::Headers& trailers = {}) = 0;

  // The head of the answer, including each 1xx (status < 200): call again until one is final. An error when there is
  // none: failure() says why, the message is the part after "reset reason: " in Envoy's text, for example
  // "remote connection failure, transport failure reason: delayed connect error: Connection refused".
  // If the awaiting task is cancelled: its reason, failure() == kLocalReset.
  virtual Task<StatusOr<HttpResponseHead>> ReadHead() = 0;
  // The next piece of the body, as large as what has arrived; valid until the next Read. nullopt: the end, trailers()
  // are there. An error as of ReadHead. What is not read keeps the peer's window closed: memory stays bounded.
  virtual Task<StatusOr<std::optional<std::string_view>>> Read() = 0;
  virtual const http::Headers& trailers() const = 0;

  virtual UpstreamFailure failure() const = 0;
  virtual std::string upstream_address() const = 0;  // "127.0.0.1:50051", empty before an endpoint was chosen
  virtual bool was_on_connection() const = 0;        // it got as far as a connection to that
};

// A cluster's pools on one worker. Belongs to that worker.
class HttpUpstream {
 public:
  virtual ~HttpUpstream() = default;

  // Never fails: what goes wrong is what the call's reads say. `ends`: neither body nor trailers follow.
  virtual std::unique_ptr<HttpCall> Start(const HttpRequestView& request, bool ends) = 0;
};

}  // namespace minato::gateway

// One request's life: matched, bound, transcoded, called, transcoded back, answered. docs/life-of-a-request.md tells
// it with a picture.
#pragma once

#include <memory>

#include "gateway/error_body.h"
#include "gateway/front/client_stream.h"
#include "gateway/routing/route_table.h"
#include "gateway/transcode/json_read_options.h"
#include "gateway/transcode/wire_to_json.h"
#include "gateway/upstream/upstream.h"

namespace minato::gateway {

struct ExchangeOptions {
  size_t body_bytes_max = 4 << 20;      // of a request that is read whole, and of one message of a stream
  absl::Duration request_timeout = absl::Minutes(1);  // of calls that do not stream; grpc-timeout may shorten it
  JsonReadOptions read;
  JsonPrintOptions print;
  ErrorShape error_shape = ErrorShape::kFlat;
};

// Serves the routes of a table from an upstream, in preset minato. Every worker may use it at once.
class Exchange final : public RequestHandler {
 public:
  // All must outlive it. `schema` has the types of the routes, google.protobuf.Any, and the types that it may hold.
  Exchange(const RouteTable& routes, const Schema& schema, Upstream& upstream, ExchangeOptions options)
      : routes_(routes), schema_(schema), upstream_(upstream), options_(options) {}

  Task<void> Serve(ClientStream& stream) override;

 private:
  struct Call;

  Task<void> ServeMatched(Call& call);
  Task<void> ServeUnary(Call& call);
  Task<void> ServeServerStream(Call& call);
  Task<void> ServeClientStream(Call& call);
  Task<void> ServeBidi(Call& call);
  Task<void> ServeWebSocket(Call& call);
  StatusOr<std::string> FrameToWire(Call& call, const WebSocket::Message& frame, bool first) const;
  Task<void> SendFrames(Call& call, WebSocket& socket, UpstreamCall& upstream, Status& failure);

  // The wire form of a request that is read whole.
  Task<StatusOr<std::string>> ReadRequest(Call& call);
  Task<Status> SendBody(Call& call, UpstreamCall& upstream);
  Task<void> RespondUnary(Call& call, const UnaryReply& reply);
  Task<void> SendBodyOrCancel(Call& call, UpstreamCall& upstream, Status& failure);
  Task<bool> RespondStream(Call& call, UpstreamCall& upstream);
  // Tells of an error behind the first message, as far as the body has a place for it, and cuts the answer.
  Task<void> FailStream(Call& call, const Status& status, std::string_view details);
  // Appends a reply to `out` as the route answers it.
  Status Print(const Call& call, std::string_view message, std::string& content_type, std::string& out) const;

  Task<void> Fail(ClientStream& stream, const Status& status, std::string_view details,
                  http::Headers headers = {});
  // The same for a request that cannot be understood: with google.rpc.BadRequest where the error names a field.
  Task<void> FailRequest(ClientStream& stream, const Status& status);
  std::string DetailsJson(std::string_view details) const;

  const RouteTable& routes_;
  const Schema& schema_;
  Upstream& upstream_;
  const ExchangeOptions options_;
};

}  // namespace minato::gateway

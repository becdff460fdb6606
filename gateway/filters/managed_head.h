// A request's head as Envoy's connection manager hands it to filters and routes (Envoy:
// ConnectionManagerUtility::mutateRequestHeaders): with what the gateway says of the client, without what concerns the
// client's connection or what proxies tell each other.
#pragma once

#include <string>

#include "gateway/filters/client_address.h"
#include "gateway/filters/forwarding_stream.h"

namespace minato::gateway {

// What the gateway says of the client and of the request.
struct Forwarding {
  ClientAddress client_address = {};
  bool skip_xff_append = false;       // x-forwarded-for stays as the client sent it
  bool generate_request_id = true;    // x-request-id for requests without one
  // That of the client counts, even if the client is one of the outside (use_remote_address).
  bool preserve_external_request_id = false;
  bool always_set_request_id_in_response = false;
  std::string_view via = {};          // goes behind the Via of the request; empty: that stays as it is
  std::string_view own_ip = "127.0.0.1";  // OwnIp()
};

// x-forwarded-proto. "http" or "https" unless the client said something else.
std::string_view ForwardedProto(const RequestHead& head, bool encrypted, const ClientAddress& client_address = {});
// :scheme, "http" or "https": what the client said of itself, else of what is in front of it, else what it speaks.
std::string_view SchemeFor(const RequestHead& head, std::string_view forwarded_proto, bool encrypted);

// What is not to be passed on: what concerns the connection; that by which Envoys tell each other of a request, and of a
// client what only its own proxy knows; and some values of "te", "expect" and "referer", of repeated ones when they are
// joined.
bool BelongsToConnection(http::KnownHeader header);
bool IsOfProxies(std::string_view lower_name);
bool StopsByValue(std::string_view lower_name, std::string_view value);

std::string RandomRequestId();

// Find(":scheme") is the scheme. With use_remote_address x-forwarded-for gets the peer's IP, x-envoy-external-address the
// client's, and x-forwarded-proto what the peer speaks.
class ManagedHead final : public ForwardingHead {
 public:
  // `peer` as of ClientStream.
  ManagedHead(const RequestHead& head, std::string_view peer, bool encrypted, const Forwarding& forwarding);

  std::optional<std::string_view> Find(http::KnownHeader header) const override;
  std::optional<std::string_view> Find(std::string_view lower_name) const override;
  void ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const override;

 private:
  // The client's value of this one is not the one that counts.
  bool Replaces(http::KnownHeader header) const;

  const std::string_view forwarded_proto_;
  const std::string_view scheme_;
  std::string request_id_;        // empty: the client's stays
  std::string forwarded_for_;     // empty: likewise
  std::string external_address_;  // likewise
  std::string via_;               // likewise
};

class ManagedStream final : public ForwardingStream {
 public:
  // `client` must outlive it.
  ManagedStream(ClientStream& client, const Forwarding& forwarding);

  const RequestHead& head() const override { return head_; }
  Task<Status> Respond(const ResponseHead& head, std::string_view body) override;
  Task<Status> StartResponse(const ResponseHead& head) override;

 private:
  ResponseHead WithRequestId(const ResponseHead& head) const;
  Task<Status> RespondWith(ResponseHead head, std::string_view body);
  Task<Status> StartWith(ResponseHead head);

  const ManagedHead head_;
  const bool tells_request_id_;
};

}  // namespace minato::gateway

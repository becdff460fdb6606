// The head of a gRPC call, made from the head of the request that was matched.
#pragma once

#include "gateway/config/extensions.h"
#include "gateway/filters/forwarding_stream.h"

namespace minato::gateway {

// Everything of the client's but what gRPC needs otherwise: POST to the method's path, content-type, te, no
// content-length. The client's own path and method go along as x-envoy-original-path and x-envoy-original-method. With
// message_compression, grpc-accept-encoding says what the gateway reads, not the client.
class TranscodedHead final : public ForwardingHead {
 public:
  // Both must outlive it.
  TranscodedHead(const RequestHead& client, std::string_view call_path, config::Extensions extensions)
      : ForwardingHead(client),
        call_path_(call_path),
        accepts_compressed_(extensions.Has(config::Extension::kMessageCompression)) {}

  std::string_view method() const override { return "POST"; }
  std::string_view target() const override { return call_path_; }
  std::string_view path() const override { return call_path_; }
  std::string_view query() const override { return {}; }
  std::optional<std::string_view> Find(http::KnownHeader header) const override;
  std::optional<std::string_view> Find(std::string_view lower_name) const override;
  void ForEach(absl::FunctionRef<void(std::string_view name, std::string_view value)> visit) const override;

 private:
  const std::string_view call_path_;
  const bool accepts_compressed_;
};

}  // namespace minato::gateway

// gRPC over a cluster: `Upstream` made of HttpUpstream.
#pragma once

#include <string>

#include "gateway/upstream/http_call.h"
#include "gateway/upstream/upstream.h"

namespace minato::gateway {

struct GrpcUpstreamOptions {
  size_t reply_bytes_max = 4 << 20;  // of one message
};

// One for each worker: calls belong to the worker of `http`, which must outlive them.
class GrpcUpstream final : public Upstream {
 public:
  explicit GrpcUpstream(HttpUpstream& http, GrpcUpstreamOptions options = {}) : http_(http), options_(options) {}

  Task<UnaryReply> CallUnary(const CallStart& start, std::string_view request) override;
  std::unique_ptr<UpstreamCall> Start(const CallStart& start, const TaskContext& context) override;

 private:
  HttpUpstream& http_;
  const GrpcUpstreamOptions options_;
};

}  // namespace minato::gateway

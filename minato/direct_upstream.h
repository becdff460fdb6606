// Calls from the gateway to the handlers of the same process: no connection, no frames, no other thread. A call
// runs on its caller's home executor; its messages are parsed and serialized once, as on any other way.
#pragma once

#include "gateway/upstream/upstream.h"
#include "server/call/method_registry.h"

namespace minato {

// Thread-safe. The registry must outlive it and its calls, and hold every method that is called.
class DirectUpstream final : public gateway::Upstream {
 public:
  explicit DirectUpstream(const MethodRegistry& registry) : registry_(registry) {}

  Task<gateway::UnaryReply> CallUnary(const gateway::CallStart& start, std::string_view request) override;
  std::unique_ptr<gateway::UpstreamCall> Start(const gateway::CallStart& start,
                                               const TaskContext& context) override;

 private:
  const MethodRegistry& registry_;
};

}  // namespace minato

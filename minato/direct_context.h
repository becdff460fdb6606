// The CallContext of a call that came as HTTP: its metadata are the request's headers.
#pragma once

#include <memory>
#include <string>

#include "gateway/upstream/upstream.h"
#include "server/call/method_registry.h"

namespace minato {

// `start.request` must outlive it.
class DirectContext final : public CallContext {
 public:
  DirectContext(const Method& method, const gateway::CallStart& start, const TaskContext& task)
      : method_(method), request_(start.request), peer_(start.peer), task_(task) {}

  const Method& method() const override { return method_; }
  const TaskContext& task() const override { return task_; }
  google::protobuf::Arena& arena() override { return arena_; }
  std::optional<std::string_view> FindMetadata(std::string_view key) const override;
  void ForEachMetadata(
      absl::FunctionRef<void(std::string_view, std::string_view)> visit) const override;
  std::string peer() const override { return std::string(peer_); }

  // What the call leaves behind when it ended with `status`.
  gateway::CallEnd End(Status status) const;

 private:
  const Method& method_;
  const gateway::RequestHead& request_;
  const std::string_view peer_;
  const TaskContext& task_;
  google::protobuf::Arena arena_;
  // Values of "-bin" keys, decoded when asked for.
  mutable std::vector<std::unique_ptr<std::string>> decoded_;
};

}  // namespace minato

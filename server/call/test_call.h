// A call made by hand, for tests of handlers.
//
//   TestCall call(loop);
//   const StatusOr<v1::Quote> quote = loop.Run(GetQuote(env, call, request));
#pragma once

#include <map>

#include "server/call/call_context.h"
#include "server/call/method_registry.h"

namespace minato {

class TestCall final : public CallContext {
 public:
  explicit TestCall(Executor& home) : task_{.home = &home, .cancel = {}} {}

  const Method& method() const override { return method_; }
  const TaskContext& task() const override { return task_; }
  google::protobuf::Arena& arena() override { return arena_; }
  std::optional<std::string_view> FindMetadata(std::string_view key) const override {
    const auto found = metadata_.find(key);
    if (found == metadata_.end()) return std::nullopt;
    return found->second;
  }
  void ForEachMetadata(
      absl::FunctionRef<void(std::string_view key, std::string_view value)> visit) const override {
    for (const auto& [key, value] : metadata_) visit(key, value);
  }
  std::string peer() const override { return "ipv4:127.0.0.1:40312"; }

  // What the client sent along; `key` is lower-case.
  void SetMetadata(std::string key, std::string value) {
    metadata_.insert_or_assign(std::move(key), std::move(value));
  }

 private:
  const Method method_;
  const TaskContext task_;
  google::protobuf::Arena arena_;
  std::map<std::string, std::string, std::less<>> metadata_;
};

}  // namespace minato

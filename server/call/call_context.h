// What a handler sees of the call it serves, whichever transport it came by: the gRPC engine (server/rpc)
// or the gateway in the same process (minato/). No gRPC types.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/functional/function_ref.h>
#include <google/protobuf/arena.h>

#include "runtime/task.h"

namespace minato {

struct Method;

// Lives as long as the call, on the call's home executor. Deadline and cancellation are those of the task
// that serves the call, so whatever a handler awaits keeps to them by itself.
class CallContext {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  CallContext(const CallContext&) = delete;
  CallContext& operator=(const CallContext&) = delete;
  virtual ~CallContext() = default;

  virtual const Method& method() const = 0;
  virtual const TaskContext& task() const = 0;
  Executor& home() const { return *task().home; }
  absl::Time deadline() const { return task().deadline; }  // InfiniteFuture when the client gave none
  const CancelToken& cancel() const { return task().cancel; }

  // Holds the request; goes when the call ends. Keep no view into it past co_return.
  virtual google::protobuf::Arena& arena() = 0;

  // The client's metadata: the first value under a lower-case key (values of "-bin" keys are raw bytes).
  virtual std::optional<std::string_view> FindMetadata(std::string_view key) const = 0;
  virtual void ForEachMetadata(
      absl::FunctionRef<void(std::string_view key, std::string_view value)> visit) const = 0;

  // Where the call came from, as "ipv4:127.0.0.1:40312".
  virtual std::string peer() const = 0;

  // Sent before the first message, or with the status when there is none. Ignored afterwards.
  void AddInitialMetadata(std::string key, std::string value);
  // Sent with the status. `key` is lower-case; a key that ends in "-bin" takes any bytes.
  void AddTrailingMetadata(std::string key, std::string value);

  // Sends this call's messages compressed when the client accepts that. Before the first message.
  void CompressReplies() { compress_replies_ = true; }
  bool compress_replies() const { return compress_replies_; }

  // The HTTP status of a successful answer where the call came as JSON: 200 to 299 (CHECKed). Travels as
  // initial metadata "minato-http-status"; ignored when the call fails.
  void SetHttpStatus(int status);

  const Fields& initial_metadata() const { return initial_metadata_; }
  const Fields& trailing_metadata() const { return trailing_metadata_; }

 protected:
  CallContext() = default;

 private:
  Fields initial_metadata_;
  Fields trailing_metadata_;
  bool compress_replies_ = false;
};

}  // namespace minato

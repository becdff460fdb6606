// Where calls go: the handlers of the same process (minato/), or a cluster over HTTP/2. Messages are protobuf
// wire bytes without a gRPC frame around them; the gateway never holds message objects.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/front/request_head.h"
#include "runtime/task.h"

namespace minato::gateway {

// Names are lower-case; values of "-bin" names are raw bytes.
using Fields = std::vector<std::pair<std::string, std::string>>;

struct CallStart {
  std::string_view path;      // "/minato.user.v1.UserService/GetUser"
  const RequestHead& request;  // its headers become the call's metadata
  std::string_view peer;      // "ipv4:127.0.0.1:40312"
};

// What a call leaves behind. `details` is the serialized google.rpc.Status, empty without details.
struct CallEnd {
  Status status = OkStatus();
  std::string details = {};
  Fields trailing_metadata = {};
};

struct UnaryReply {
  CallEnd end = {};
  Fields initial_metadata = {};
  std::string message = {};  // meaningful when end.status is OK
};

// A call that streams, on its caller's home executor. One task may send while another receives.
class UpstreamCall {
 public:
  virtual ~UpstreamCall() = default;  // only after Close

  // Waits for room in the call's bounded queue. An error says that the call takes no more; how it ended is
  // for Receive to say.
  virtual Task<Status> Send(std::string_view message) = 0;
  virtual void EndSending() = 0;

  // Replaces `message` by the next reply. False: there are no more, and end() is set.
  virtual Task<bool> Receive(std::string& message) = 0;

  virtual const Fields& initial_metadata() const = 0;  // complete after the first Receive
  virtual const CallEnd& end() const = 0;              // set when Receive returned false

  // Asks the call to end with `reason`; Receive then tells that it did.
  virtual void Cancel(Status reason) = 0;
  // Cancels what is still running and waits for it, whether or not the caller was cancelled. By one task.
  virtual Task<void> Close() = 0;
};

// Thread-safe; the calls belong to their callers. Cancellation and deadline are those of the calling task.
class Upstream {
 public:
  virtual ~Upstream() = default;

  virtual Task<UnaryReply> CallUnary(const CallStart& start, std::string_view request) = 0;

  // `context` is the calling task's, and outlives the call; so does what `start` refers to.
  virtual std::unique_ptr<UpstreamCall> Start(const CallStart& start, const TaskContext& context) = 0;
};

}  // namespace minato::gateway

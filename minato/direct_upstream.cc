#include "minato/direct_upstream.h"

#include <deque>

#include "minato/direct_context.h"
#include "runtime/scope.h"

namespace minato {
namespace {

using google::protobuf::MessageLite;

// The messages that may wait for a reader before the sender waits, in either direction.
constexpr size_t kQueueMessagesMax = 16;
constexpr size_t kQueueBytesMax = 1 << 20;

Status ParseInto(std::string_view bytes, MessageLite& message) {
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return OkStatus();
  return InvalidArgument("the request is no valid {}", message.GetTypeName());
}

// One request, one reply, nothing concurrent.
class UnaryStream final : public MessageStream {
 public:
  UnaryStream(std::string_view request, std::string& reply) : request_(request), reply_(reply) {}

  std::optional<StatusOr<bool>> TryRead(MessageLite& message) override {
    if (std::exchange(read_, true)) return false;
    const Status parsed = ParseInto(request_, message);
    if (!parsed.ok()) return parsed;
    return true;
  }
  Status Send(const MessageLite& message) override {
    reply_.clear();
    if (!message.AppendToString(&reply_)) return Internal("the reply cannot be serialized");
    return OkStatus();
  }
  bool HasRoom() const override { return true; }

 private:
  const std::string_view request_;
  std::string& reply_;
  bool read_ = false;
};

// Serialized messages on their way from one coroutine to another on the same executor.
class MessageQueue {
 public:
  bool HasRoom() const { return messages_.size() < kQueueMessagesMax && bytes_ < kQueueBytesMax; }
  bool empty() const { return messages_.empty(); }
  void Push(std::string message) {
    bytes_ += message.size();
    messages_.push_back(std::move(message));
  }
  std::string Pop() {
    std::string message = std::move(messages_.front());
    messages_.pop_front();
    bytes_ -= message.size();
    return message;
  }

 private:
  std::deque<std::string> messages_;
  size_t bytes_ = 0;
};

// The handler runs as the only child of a scope; the gateway's side and the handler's meet in two queues.
class DirectCall final : public gateway::UpstreamCall, private MessageStream {
 public:
  DirectCall(const MethodRegistry& registry, const Method& method, const gateway::CallStart& start,
             const TaskContext& parent)
      : scope_(parent), context_(method, start, scope_.context()) {
    scope_.Spawn(Serve(*this, registry));
  }

  Task<Status> Send(std::string_view message) override {
    while (!ended_ && !requests_.HasRoom()) {
      WaitList::Waiter room(request_room_);
      CO_TRY(co_await room);
    }
    if (ended_) co_return Unavailable("the call has ended");
    requests_.Push(std::string(message));
    read_waiters().GrantAll();
    co_return OkStatus();
  }

  void EndSending() override {
    requests_ended_ = true;
    read_waiters().GrantAll();
  }

  Task<bool> Receive(std::string& message) override {
    while (replies_.empty() && !ended_) {
      WaitList::Waiter arrived(reply_arrived_);
      const Status waited = co_await arrived;
      // Cancelled: so is the handler. How it ends is what the caller gets.
      if (!waited.ok()) {
        const Status ignored = co_await scope_.Join();
      }
    }
    if (replies_.empty()) co_return false;
    message = replies_.Pop();
    if (HasRoom()) room_waiters().GrantFirst();
    co_return true;
  }

  const gateway::Fields& initial_metadata() const override { return context_.initial_metadata(); }
  const gateway::CallEnd& end() const override { return end_; }

  void Cancel(Status reason) override { scope_.Cancel(std::move(reason)); }

  Task<void> Close() override {
    scope_.Cancel(Cancelled("the call was given up"));
    const Status ignored = co_await scope_.Join();
  }

 private:
  static Task<void> Serve(DirectCall& call, const MethodRegistry& registry) {
    Status status = co_await registry.Serve(call.context_, call);
    call.end_ = call.context_.End(std::move(status));
    call.ended_ = true;
    call.reply_arrived_.GrantAll();
    call.request_room_.GrantAll();
  }

  std::optional<StatusOr<bool>> TryRead(MessageLite& message) override {
    if (requests_.empty()) {
      if (requests_ended_) return false;
      return std::nullopt;
    }
    const std::string bytes = requests_.Pop();
    request_room_.GrantFirst();
    const Status parsed = ParseInto(bytes, message);
    if (!parsed.ok()) return parsed;
    return true;
  }

  Status Send(const MessageLite& message) override {
    std::string bytes;
    if (!message.SerializeToString(&bytes)) return Internal("the reply cannot be serialized");
    replies_.Push(std::move(bytes));
    reply_arrived_.GrantAll();
    return OkStatus();
  }
  bool HasRoom() const override { return replies_.HasRoom(); }

  Scope scope_;
  DirectContext context_;
  MessageQueue requests_;
  bool requests_ended_ = false;
  WaitList request_room_;
  MessageQueue replies_;
  WaitList reply_arrived_;
  bool ended_ = false;
  gateway::CallEnd end_;
};

}  // namespace

Task<gateway::UnaryReply> DirectUpstream::CallUnary(const gateway::CallStart& start,
                                                    std::string_view request) {
  const Method* const method = registry_.Find(start.path);
  CHECK(method != nullptr, "{} is routed but not registered", start.path);
  const TaskContext& task = co_await CurrentContext();
  gateway::UnaryReply reply;
  DirectContext context(*method, start, task);
  UnaryStream stream(request, reply.message);
  Status status = co_await registry_.Serve(context, stream);
  reply.end = context.End(std::move(status));
  reply.initial_metadata = context.initial_metadata();
  co_return reply;
}

std::unique_ptr<gateway::UpstreamCall> DirectUpstream::Start(const gateway::CallStart& start,
                                                             const TaskContext& context) {
  const Method* const method = registry_.Find(start.path);
  CHECK(method != nullptr, "{} is routed but not registered", start.path);
  return std::make_unique<DirectCall>(registry_, *method, start, context);
}

}  // namespace minato

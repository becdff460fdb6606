// The messages of one call. Handlers use Reader<T> and Writer<T>; transports implement MessageStream.
#pragma once

#include <optional>

#include <google/protobuf/message_lite.h>

#include "runtime/task.h"
#include "runtime/wait.h"

namespace minato {

// Implemented by transports; belongs to the call's home executor. One coroutine may read while another
// writes; two may not read, nor two write, at the same time.
class MessageStream {
 public:
  MessageStream(const MessageStream&) = delete;
  MessageStream& operator=(const MessageStream&) = delete;
  virtual ~MessageStream() = default;

  class ReadOperation;
  // Awaited: replaces `message`, which outlives the await, by the client's next one. False: the client has
  // sent its last. An error when the bytes are no such message (INVALID_ARGUMENT), are too many
  // (RESOURCE_EXHAUSTED), or the call was cancelled.
  ReadOperation Read(google::protobuf::MessageLite& message);

  // The same without waiting; nullopt when nothing has come yet: then wait in read_waiters(), which the
  // transport grants once this has an answer.
  virtual std::optional<StatusOr<bool>> TryRead(google::protobuf::MessageLite& message) = 0;
  WaitList& read_waiters() { return read_waiters_; }

  // Serializes `message` and takes it for sending; only when HasRoom(). An error when the client is gone.
  virtual Status Send(const google::protobuf::MessageLite& message) = 0;

  // Whether the bounded send queue takes another message. When it does not, wait in room_waiters(), which the
  // transport grants as messages leave.
  virtual bool HasRoom() const = 0;
  WaitList& room_waiters() { return room_waiters_; }

 protected:
  MessageStream() = default;

 private:
  WaitList read_waiters_;
  WaitList room_waiters_;
};

class [[nodiscard]] MessageStream::ReadOperation : private WaitList::Waiter {
 public:
  ReadOperation(MessageStream& stream, google::protobuf::MessageLite& message)
      : Waiter(stream.read_waiters_), stream_(stream), message_(message) {}

  bool await_ready() {
    result_ = stream_.TryRead(message_);
    return result_.has_value();
  }
  using Waiter::await_suspend;
  StatusOr<bool> await_resume() {
    if (!result_.has_value()) {
      Status waited = Waiter::await_resume();
      if (!waited.ok()) return waited;
      result_ = stream_.TryRead(message_);
      CHECK(result_.has_value(), "a transport granted a read that it could not answer");
    }
    return *std::move(result_);
  }

 private:
  MessageStream& stream_;
  google::protobuf::MessageLite& message_;
  std::optional<StatusOr<bool>> result_;
};

inline MessageStream::ReadOperation MessageStream::Read(google::protobuf::MessageLite& message) {
  return ReadOperation(*this, message);
}

template <typename T>
class Reader {
 public:
  explicit Reader(MessageStream& stream) : stream_(stream) {}

  //   v1::ChatRequest request;
  //   CO_TRY(bool more, co_await reader.Read(request));     false: the client has sent its last
  MessageStream::ReadOperation Read(T& message) { return stream_.Read(message); }

 private:
  MessageStream& stream_;
};

template <typename T>
class Writer {
 public:
  explicit Writer(MessageStream& stream) : stream_(stream) {}

  class WriteOperation;
  // Status: OK when the message was taken for sending, which waits while the bounded send queue is full, so
  // that a slow client slows the handler and not the memory. `message` is read until the await ends.
  //   CO_TRY(co_await writer.Write(event));
  WriteOperation Write(const T& message) { return WriteOperation(stream_, message); }

 private:
  MessageStream& stream_;
};

template <typename T>
class [[nodiscard]] Writer<T>::WriteOperation : private WaitList::Waiter {
 public:
  WriteOperation(MessageStream& stream, const T& message)
      : Waiter(stream.room_waiters()), stream_(stream), message_(message) {}

  bool await_ready() const { return stream_.HasRoom(); }
  using Waiter::await_suspend;
  Status await_resume() {
    Status waited = Waiter::await_resume();
    return waited.ok() ? stream_.Send(message_) : waited;
  }

 private:
  MessageStream& stream_;
  const T& message_;
};

}  // namespace minato

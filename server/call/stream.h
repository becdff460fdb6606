// The messages of one call. Handlers use Reader<T> and Writer<T>; transports implement MessageStream.
#pragma once

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

  // Replaces `message` by the client's next one. False: the client has sent its last. An error when the
  // bytes are no such message (INVALID_ARGUMENT), are too many (RESOURCE_EXHAUSTED), or the call was cancelled.
  virtual Task<StatusOr<bool>> Read(google::protobuf::MessageLite& message) = 0;

  // Serializes `message` and takes it for sending; only when HasRoom(). An error when the client is gone.
  virtual Status Send(const google::protobuf::MessageLite& message) = 0;

  // Whether the bounded send queue takes another message. When it does not, wait in room_waiters(), which the
  // transport grants one by one as messages leave.
  virtual bool HasRoom() const = 0;
  WaitList& room_waiters() { return room_waiters_; }

 protected:
  MessageStream() = default;

 private:
  WaitList room_waiters_;
};

template <typename T>
class Reader {
 public:
  explicit Reader(MessageStream& stream) : stream_(stream) {}

  //   v1::ChatRequest request;
  //   CO_TRY(bool more, co_await reader.Read(request));     false: the client has sent its last
  Task<StatusOr<bool>> Read(T& message) { return stream_.Read(message); }

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

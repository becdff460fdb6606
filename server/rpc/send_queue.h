// What a call has taken for sending and gRPC has not asked for yet.
#pragma once

#include <utility>

#include <absl/container/inlined_vector.h>
#include <grpcpp/support/byte_buffer.h>

namespace minato::rpc {

class SendQueue {
 public:
  bool empty() const { return size() == 0; }
  size_t size() const { return messages_.size() - head_; }
  size_t bytes() const { return bytes_; }

  void Push(grpc::ByteBuffer message) {
    bytes_ += message.Length();
    messages_.push_back(std::move(message));
  }

  grpc::ByteBuffer Pop() {
    grpc::ByteBuffer message;
    message.Swap(&messages_[head_++]);
    bytes_ -= message.Length();
    if (head_ == messages_.size()) {
      messages_.clear();
      head_ = 0;
    } else if (head_ >= kEmptiedMax) {
      messages_.erase(messages_.begin(), messages_.begin() + head_);
      head_ = 0;
    }
    return message;
  }

  void Clear() {
    messages_.clear();
    head_ = 0;
    bytes_ = 0;
  }

 private:
  static constexpr size_t kEmptiedMax = 64;

  // A unary call needs no more than the one inside.
  absl::InlinedVector<grpc::ByteBuffer, 1> messages_;
  size_t head_ = 0;
  size_t bytes_ = 0;
};

}  // namespace minato::rpc

// The client's side of a call made by hand, for tests of streaming handlers and of interceptors.
//
//   TestStream stream;
//   stream.Arrive(request);        // what the client sends
//   stream.HalfClose();
//   EXPECT_EQ(stream.Sent<v1::Quote>(0).price(), 7);
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "server/call/stream.h"

namespace minato {

class TestStream final : public MessageStream {
 public:
  void Arrive(const google::protobuf::MessageLite& message) {
    arrived_.push_back(message.SerializeAsString());
    read_waiters().GrantFirst();
  }
  void HalfClose() {
    half_closed_ = true;
    read_waiters().GrantFirst();
  }

  size_t sent() const { return sent_.size(); }
  template <typename T>
  T Sent(size_t index) const {
    T message;
    CHECK(message.ParseFromString(sent_.at(index)));
    return message;
  }

  std::optional<StatusOr<bool>> TryRead(google::protobuf::MessageLite& message) override {
    if (arrived_.empty()) {
      if (half_closed_) return false;
      return std::nullopt;
    }
    CHECK(message.ParseFromString(arrived_.front()));
    arrived_.pop_front();
    return true;
  }
  Status Send(const google::protobuf::MessageLite& message) override {
    sent_.push_back(message.SerializeAsString());
    return OkStatus();
  }
  bool HasRoom() const override { return true; }

 private:
  std::deque<std::string> arrived_;
  bool half_closed_ = false;
  std::vector<std::string> sent_;
};

}  // namespace minato

// The chat service on a database of its own, and streams made by hand.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>

#include <gtest/gtest.h>

#include "minato/chat/v1/chat.minato.h"
#include "runtime/test_loop.h"
#include "server/call/test_call.h"
#include "server/services/chat/env.h"

namespace minato::chat {

// What a client sends and gets. Belongs to the loop of the test.
template <typename Request, typename Reply>
class HandStream final : public MessageStream {
 public:
  void Push(Request request) {
    requests_.push_back(std::move(request));
    read_waiters().GrantAll();
  }
  void HalfClose() {
    ended_ = true;
    read_waiters().GrantAll();
  }
  // A client that has stopped reading takes no more than it has.
  void StopReading() { reading_ = false; }
  void ReadOn() {
    reading_ = true;
    room_waiters().GrantAll();
  }
  const std::vector<Reply>& replies() const { return replies_; }

  // Waits until `count` replies have come.
  Task<Status> Until(size_t count) {
    while (replies_.size() < count) {
      WaitList::Waiter more(arrived_);
      CO_TRY(co_await more);
    }
    co_return OkStatus();
  }

 private:
  std::optional<StatusOr<bool>> TryRead(google::protobuf::MessageLite& message) override {
    if (requests_.empty()) return ended_ ? std::optional<StatusOr<bool>>(false) : std::nullopt;
    static_cast<Request&>(message) = std::move(requests_.front());
    requests_.pop_front();
    return true;
  }
  Status Send(const google::protobuf::MessageLite& message) override {
    replies_.push_back(static_cast<const Reply&>(message));
    arrived_.GrantAll();
    return OkStatus();
  }
  bool HasRoom() const override { return reading_; }

  std::deque<Request> requests_;
  bool ended_ = false;
  bool reading_ = true;
  std::vector<Reply> replies_;
  WaitList arrived_;
};

struct ChatFixture : testing::Test {
  using Stream = HandStream<v1::ChatRequest, v1::ChatEvent>;

  static v1::ChatRequest Join(std::string room, std::string name) {
    v1::ChatRequest request;
    request.mutable_join()->set_room(std::move(room));
    request.mutable_join()->set_name(std::move(name));
    return request;
  }
  static v1::ChatRequest Say(std::string room, std::string text, std::string request_id = "") {
    v1::ChatRequest request;
    request.mutable_send()->set_room(std::move(room));
    request.mutable_send()->set_text(std::move(text));
    request.mutable_send()->set_request_id(std::move(request_id));
    return request;
  }
  static v1::ChatRequest Leave(std::string room) {
    v1::ChatRequest request;
    request.mutable_leave()->set_room(std::move(room));
    return request;
  }

  StatusOr<v1::Message> Post(std::string room, std::string text, std::string request_id = "") {
    v1::SendMessageRequest request;
    request.set_room(std::move(room));
    request.set_name("Post");
    request.set_text(std::move(text));
    request.set_request_id(std::move(request_id));
    TestCall call(loop);
    return loop.Run(SendMessage(*env, call, request));
  }

  ~ChatFixture() override { std::filesystem::remove_all(folder); }

  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) /
                                       testing::UnitTest::GetInstance()->current_test_info()->name();
  ChatConfig config = {
      .database_path = (std::filesystem::create_directories(folder), folder / "chat.db"),
      .member_queue_messages_max = 4};
  TestLoop loop;
  std::unique_ptr<ChatEnv> env = *ChatEnv::Open(config);
};

}  // namespace minato::chat

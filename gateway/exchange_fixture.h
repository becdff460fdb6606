// An upstream made by hand, behind a real exchange.
#pragma once

#include <gtest/gtest.h>

#include "gateway/exchange.h"
#include "gateway/exchange_test.pb.h"
#include "gateway/front/hand_client.h"
#include "runtime/manual_executor.h"
#include "runtime/sleep.h"

namespace minato::gateway {

// Answers as it is told to, and remembers what it was sent.
class HandUpstream final : public Upstream {
 public:
  std::vector<std::string> requests;  // wire bytes
  std::string path;
  std::vector<std::string> replies;  // of a stream: sent once the requests have ended
  CallEnd end;
  Fields initial_metadata;
  absl::Duration takes;         // before it answers
  absl::Time deadline;          // of the last call
  bool replies_at_once = false;  // without waiting for the end of the requests
  int open_calls = 0;

  Task<UnaryReply> CallUnary(const CallStart& start, std::string_view request) override {
    const TaskContext& context = co_await CurrentContext();
    path = start.path;
    deadline = context.deadline;
    requests.emplace_back(request);
    if (takes > absl::ZeroDuration()) {
      const Status slept = co_await Sleep(takes);
      if (!slept.ok()) co_return UnaryReply{.end = {.status = slept}};
    }
    co_return UnaryReply{end, initial_metadata, replies.empty() ? "" : replies.front()};
  }
  std::unique_ptr<UpstreamCall> Start(const CallStart& start, const TaskContext&) override {
    path = start.path;
    return std::make_unique<Call>(*this);
  }

 private:
  class Call final : public UpstreamCall {
   public:
    explicit Call(HandUpstream& upstream) : upstream_(upstream) { ++upstream_.open_calls; }
    ~Call() override { --upstream_.open_calls; }

    Task<Status> Send(std::string_view message) override {
      upstream_.requests.emplace_back(message);
      co_return OkStatus();
    }
    void EndSending() override { sent_all_.Set(); }
    void Cancel(Status reason) override {
      end_.status = std::move(reason);
      cancelled_ = true;
      sent_all_.Set();
    }
    Task<bool> Receive(std::string& message) override {
      if (!upstream_.replies_at_once) {
        const Status waited = co_await sent_all_.Wait();
        if (!waited.ok()) Cancel(waited);
      }
      if (cancelled_ || next_ == upstream_.replies.size()) {
        if (!cancelled_) end_ = upstream_.end;
        co_return false;
      }
      message = upstream_.replies[next_++];
      co_return true;
    }
    const Fields& initial_metadata() const override { return upstream_.initial_metadata; }
    const CallEnd& end() const override { return end_; }
    Task<void> Close() override { co_return; }

   private:
    HandUpstream& upstream_;
    Event sent_all_;
    bool cancelled_ = false;
    size_t next_ = 0;
    CallEnd end_;
  };
};

struct ExchangeFixture : testing::Test {
  static std::string Wire(int64_t id, std::string text, std::vector<std::string> tags = {}) {
    test::Note note;
    note.set_id(id);
    note.set_text(std::move(text));
    for (std::string& tag : tags) note.add_tags(std::move(tag));
    return note.SerializeAsString();
  }
  test::Note Sent(size_t index = 0) const {
    test::Note note;
    EXPECT_LT(index, upstream.requests.size());
    EXPECT_TRUE(note.ParseFromString(upstream.requests.at(index)));
    return note;
  }
  HandClient& Serve(HandClient& client) {
    loop.Run(exchange.Serve(client));
    return client;
  }

  static RouteTable Routes(Schema& schema) {
    const auto* file = test::Note::descriptor()->file();
    schema.AddFile(*file);
    RouteTableBuilder builder(schema, {});
    const Status added = builder.AddService(*file->service(0));
    EXPECT_TRUE(added.ok()) << added;
    return std::move(builder).Build();
  }

  ManualExecutor loop;
  Schema schema;
  const RouteTable routes = Routes(schema);
  HandUpstream upstream;
  ExchangeOptions options;
  Exchange exchange{routes, schema, upstream, options};
};

}  // namespace minato::gateway

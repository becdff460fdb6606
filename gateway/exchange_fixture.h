// A client and an upstream made by hand, around a real exchange.
#pragma once

#include <deque>
#include <functional>
#include <map>

#include <gtest/gtest.h>

#include "gateway/exchange.h"
#include "gateway/exchange_test.pb.h"
#include "runtime/manual_executor.h"
#include "runtime/sleep.h"

namespace minato::gateway {

// A request as the test writes it, and the answer as the exchange gave it.
class HandClient final : public ClientStream, private RequestHead {
 public:
  HandClient(std::string method, std::string target, std::string body = "")
      : method_(std::move(method)), target_(std::move(target)), body_(std::move(body)) {}

  std::map<std::string, std::string, std::less<>> request_headers;
  std::deque<std::string> pieces;  // the body, when it comes in more than one

  int status = 0;
  std::string content_type;
  http::Headers headers;
  std::string answer;
  bool complete = false;
  bool cut = false;

  const RequestHead& head() const override { return *this; }
  std::string peer() const override { return "ipv4:127.0.0.1:40312"; }
  Task<StatusOr<std::string_view>> ReadWhole(size_t) override { co_return body_; }
  Task<StatusOr<std::optional<std::string_view>>> ReadPiece() override {
    if (pieces.empty()) co_return std::nullopt;
    body_ = std::move(pieces.front());
    pieces.pop_front();
    co_return body_;
  }
  void AddResponseHeader(std::string_view name, std::string_view value) override { headers.Add(name, value); }
  Task<Status> Respond(const ResponseHead& head, std::string_view body) override {
    Take(head);
    answer = body;
    complete = true;
    co_return OkStatus();
  }
  Task<Status> StartResponse(const ResponseHead& head) override {
    Take(head);
    co_return OkStatus();
  }
  Task<Status> Write(std::string_view piece) override {
    answer += piece;
    co_return OkStatus();
  }
  Task<Status> EndResponse() override {
    complete = true;
    co_return OkStatus();
  }
  void CutResponse() override { cut = true; }
  bool wants_websocket() const override { return false; }
  Task<StatusOr<std::unique_ptr<WebSocket>>> AcceptWebSocket() override {
    co_return Internal("not in this test");
  }
  int response_status() const override { return status; }
  uint64_t request_bytes() const override { return 0; }
  uint64_t response_bytes() const override { return answer.size(); }

 private:
  void Take(const ResponseHead& head) {
    EXPECT_EQ(status, 0) << "answered twice";
    status = head.status;
    content_type = head.content_type;
    for (const http::HeaderField& field : head.headers) headers.Add(field.name, field.value);
  }
  std::string_view method() const override { return method_; }
  std::string_view target() const override { return target_; }
  std::string_view path() const override { return std::string_view(target_).substr(0, target_.find('?')); }
  std::string_view query() const override {
    const size_t mark = target_.find('?');
    return mark == target_.npos ? "" : std::string_view(target_).substr(mark + 1);
  }
  std::string_view authority() const override { return "test"; }
  std::string_view protocol() const override { return "HTTP/1.1"; }
  std::optional<std::string_view> Find(http::KnownHeader header) const override { return Find(http::Name(header)); }
  std::optional<std::string_view> Find(std::string_view lower_name) const override {
    const auto found = request_headers.find(lower_name);
    if (found == request_headers.end()) return std::nullopt;
    return found->second;
  }
  void ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const override {
    for (const auto& [name, value] : request_headers) visit(name, value);
  }

  const std::string method_;
  const std::string target_;
  std::string body_;
};

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

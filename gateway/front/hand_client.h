// A client made by hand, for tests of what stands behind the front.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/front/client_stream.h"

namespace minato::gateway {

// A request as the test writes it, and the answer as it was given.
class HandClient final : public ClientStream, private RequestHead {
 public:
  HandClient(std::string method, std::string target, std::string body = "")
      : method_(std::move(method)), target_(std::move(target)), body_(std::move(body)) {}

  std::map<std::string, std::string, std::less<>> request_headers;
  std::string host = "test";
  bool asks_for_websocket = false;
  std::deque<std::string> pieces;  // the body, when it comes in more than one
  std::string http_version = "HTTP/1.1";
  std::string own_scheme;

  int status = 0;
  std::string content_type;
  http::Headers headers;
  std::string answer;
  std::vector<std::string> written;  // its pieces, if it came in pieces
  http::Headers trailers;
  std::optional<uint64_t> content_length;  // as the answer's head said
  http::Headers sent_trailers;  // by the client, behind the body
  bool body_arrived = true;     // as BodyArrived says
  bool more_is_waiting = false;  // as MoreIsWaiting says
  bool ends_connection = false;
  bool complete = false;
  bool cut = false;

  const RequestHead& head() const override { return *this; }
  std::string peer() const override { return "ipv4:127.0.0.1:40312"; }
  Task<StatusOr<std::string_view>> ReadWhole(size_t) override { co_return body_; }
  Task<StatusOr<std::optional<std::string_view>>> ReadPiece() override {
    has_read_ = HasBody();
    if (pieces.empty() && !body_.empty()) {
      read_ = std::exchange(body_, "");
      co_return read_;
    }
    if (pieces.empty()) co_return std::nullopt;
    read_ = std::move(pieces.front());
    pieces.pop_front();
    co_return read_;
  }
  bool BodyArrived() const override { return body_arrived; }
  bool MoreIsWaiting() const override { return more_is_waiting; }
  bool HasBody() const override { return has_read_ || !body_.empty() || !pieces.empty(); }
  const http::Headers& request_trailers() const override { return sent_trailers; }
  void AddResponseHeader(std::string_view name, std::string_view value) override { headers.Add(name, value); }
  Task<Status> Respond(const ResponseHead& head, std::string_view body) override {
    Take(head);
    content_length = body.size();
    answer = body;
    complete = true;
    co_return OkStatus();
  }
  Task<Status> StartResponse(const ResponseHead& head) override {
    Take(head);
    content_length = head.content_length;
    co_return OkStatus();
  }
  Task<Status> Write(std::string_view piece) override {
    answer += piece;
    written.emplace_back(piece);
    co_return OkStatus();
  }
  Task<Status> EndResponse(const http::Headers& with) override {
    trailers = with;
    complete = true;
    co_return OkStatus();
  }
  void CutResponse() override { cut = true; }
  bool wants_websocket() const override { return asks_for_websocket; }
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
    ends_connection = head.ends_connection;
    for (const http::HeaderField field : head.headers) headers.Add(field.name, field.value);
  }
  std::string_view method() const override { return method_; }
  std::string_view scheme() const override { return own_scheme; }
  std::string_view target() const override { return target_; }
  std::string_view path() const override { return std::string_view(target_).substr(0, target_.find('?')); }
  std::string_view query() const override {
    const size_t mark = target_.find('?');
    return mark == target_.npos ? "" : std::string_view(target_).substr(mark + 1);
  }
  std::string_view authority() const override { return host; }
  std::string_view protocol() const override { return http_version; }
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
  std::string read_;
  bool has_read_ = false;
};

}  // namespace minato::gateway

// One HTTP/1.1 request on a connection, and its answer.
#pragma once

#include "gateway/front/announced_length.h"
#include "gateway/front/client_stream.h"
#include "gateway/front/limits.h"
#include "gateway/transport/connection.h"
#include "http/http1_request_parser.h"

namespace minato::gateway {

class Http1Stream final : public ClientStream, private RequestHead {
 public:
  Http1Stream(Connection& connection, http::Http1RequestParser& parser, const FrontLimits& limits)
      : connection_(connection), parser_(parser), limits_(limits) {}

  // The parser has just returned a head.
  void Begin();
  // The answer is complete (or cut), and so is the request unless it was too long to be read to its end.
  // Returns whether another request may follow.
  Task<bool> Finish();
  bool upgraded() const { return upgraded_; }
  // After a cut that only a reset can tell: the answer's end is the connection's (HTTP/1.0).
  bool must_reset() const { return answer_ == Answer::kCut && !chunked_ && !length_.announced(); }
  // The server ends after this answer: it says so.
  void CloseAfterwards() { keep_alive_ = false; }

  const RequestHead& head() const override { return *this; }
  std::string peer() const override { return connection_.peer(); }
  std::string local_address() const override { return connection_.LocalAddress(); }
  bool encrypted() const override { return connection_.encrypted(); }
  size_t filter_chain() const override { return connection_.filter_chain(); }
  Task<StatusOr<std::string_view>> ReadWhole(size_t bytes_max) override;
  Task<StatusOr<std::optional<std::string_view>>> ReadPiece() override;
  bool BodyArrived() const override;
  bool MoreIsWaiting() const override {
    constexpr size_t kChunkEnd = 2;  // may be left of the last piece
    return connection_.input().size() > kChunkEnd || connection_.MoreIsWaiting();
  }
  bool HasBody() const override {
    return parser_.head().framing() == http::BodyFraming::kChunked || parser_.head().content_length() > 0;
  }
  const http::Headers& request_trailers() const override;
  void AddResponseHeader(std::string_view name, std::string_view value) override {
    further_headers_.Add(name, value);
  }
  Task<Status> Respond(const ResponseHead& head, std::string_view body) override;
  Task<Status> StartResponse(const ResponseHead& head) override;
  Task<Status> Write(std::string_view piece) override;
  Task<Status> EndResponse(const http::Headers& trailers) override;
  void CutResponse() override;
  bool wants_websocket() const override;
  Task<StatusOr<std::unique_ptr<WebSocket>>> AcceptWebSocket() override;
  int response_status() const override { return response_status_; }
  uint64_t request_bytes() const override { return request_bytes_; }
  uint64_t response_bytes() const override { return response_bytes_; }

 private:
  enum class Answer { kNone, kStreaming, kDone, kCut };

  std::string_view method() const override { return parser_.head().method(); }
  std::string_view scheme() const override { return parser_.head().scheme(); }
  std::string_view target() const override { return parser_.head().origin_form(); }
  std::string_view path() const override { return parser_.head().path(); }
  std::string_view query() const override { return parser_.head().query(); }
  std::string_view authority() const override { return parser_.head().authority(); }
  std::string_view protocol() const override;
  std::optional<std::string_view> Find(http::KnownHeader header) const override {
    return parser_.head().Find(header);
  }
  std::optional<std::string_view> Find(std::string_view lower_name) const override {
    return parser_.head().Find(lower_name);
  }
  void ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const override;

  Task<StatusOr<std::optional<std::string_view>>> ReadFurther();
  void SendContinue();
  Task<Status> WriteWhenRoom(std::string_view piece);
  Status WriteNow(std::string_view piece);
  void TakeUnreadBody(bool answer_is_whole);
  void AppendHead(const ResponseHead& head, std::optional<uint64_t> content_length, bool whole);
  // Instead of the handler's answer, where Envoy's codec gives its own. False: there is no such reason.
  bool AnswerRefusal();
  Status RefuseBody(Refusal refusal, Status error);

  Connection& connection_;
  http::Http1RequestParser& parser_;
  const FrontLimits& limits_;

  http::Headers further_headers_;
  std::string body_;  // when it came in more than one piece
  bool body_ended_ = false;
  bool body_failed_ = false;
  bool continue_due_ = false;
  bool keep_alive_ = true;
  bool chunked_ = false;
  bool has_body_ = true;
  AnnouncedLength length_;
  std::optional<Refusal> refusal_;       // of the body, in a style that leaves handlers no choice
  bool upgraded_ = false;
  Answer answer_ = Answer::kNone;
  int response_status_ = 0;
  uint64_t request_bytes_ = 0;
  uint64_t response_bytes_ = 0;
};

}  // namespace minato::gateway

// One HTTP/2 request, and its answer.
#pragma once

#include "gateway/front/announced_length.h"
#include "gateway/front/client_stream.h"
#include "gateway/front/limits.h"
#include "gateway/transport/connection.h"
#include "http/http2_server.h"
#include "runtime/event.h"

namespace minato::gateway {

class Http2Stream final : public ClientStream, private RequestHead {
 public:
  // `to_send` is set whenever there is something to send. All outlive the stream.
  Http2Stream(http::Http2Server& server, http::Http2ServerStream& codec, Connection& connection,
              const FrontLimits& limits, Event& to_send, CancelSource& cancel)
      : server_(server), codec_(codec), connection_(connection), limits_(limits), to_send_(to_send), cancel_(cancel) {
    codec_.owner = this;
    continue_due_ = codec_.head().expects_continue();
    if (continue_due_ && limits_.style.continues_at_once) SendContinue();
  }

  // From the session.
  void OnReceived() { body_waiters_.GrantAll(); }
  void OnTaken() { output_waiters_.GrantAll(); }
  void OnClosed();
  // Instead of a handler's answer. A head that is too large is reset where errors are not JSON, as Envoy does it.
  void Refuse(const Refusal& refusal);
  // The handler has returned; what is left goes without it.
  void Finish();

  const RequestHead& head() const override { return *this; }
  std::string peer() const override { return connection_.peer(); }
  std::string local_address() const override { return connection_.LocalAddress(); }
  bool encrypted() const override { return connection_.encrypted(); }
  size_t filter_chain() const override { return connection_.filter_chain(); }
  Task<StatusOr<std::string_view>> ReadWhole(size_t bytes_max) override;
  Task<StatusOr<std::optional<std::string_view>>> ReadPiece() override;
  bool BodyArrived() const override { return codec_.request_ended(); }
  bool HasBody() const override {
    return !codec_.request_ended() || codec_.received_bytes() > 0 || body_bytes_ > 0 ||
           !codec_.request_trailers().empty();
  }
  const http::Headers& request_trailers() const override { return codec_.request_trailers(); }
  void AddResponseHeader(std::string_view name, std::string_view value) override {
    further_headers_.Add(name, value);
  }
  Task<Status> Respond(const ResponseHead& head, std::string_view body) override;
  Task<Status> StartResponse(const ResponseHead& head) override;
  Task<Status> Write(std::string_view piece) override;
  Task<Status> EndResponse(const http::Headers& trailers) override;
  void CutResponse() override;
  bool wants_websocket() const override { return false; }
  Task<StatusOr<std::unique_ptr<WebSocket>>> AcceptWebSocket() override;
  int response_status() const override { return response_status_; }
  uint64_t request_bytes() const override { return codec_.head().bytes() + body_bytes_; }
  uint64_t response_bytes() const override { return response_bytes_; }

 private:
  enum class Answer { kNone, kStreaming, kDone, kCut };

  std::string_view method() const override { return codec_.head().method(); }
  std::string_view scheme() const override { return codec_.head().scheme(); }
  std::string_view target() const override { return codec_.head().target(); }
  std::string_view path() const override { return codec_.head().path(); }
  std::string_view query() const override { return codec_.head().query(); }
  std::string_view authority() const override { return codec_.head().authority(); }
  std::string_view protocol() const override { return "HTTP/2"; }
  std::optional<std::string_view> Find(http::KnownHeader header) const override { return codec_.head().Find(header); }
  std::optional<std::string_view> Find(std::string_view lower_name) const override {
    return codec_.head().Find(lower_name);
  }
  void ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const override;

  void SendContinue();
  Task<Status> WriteWhenRoom(std::string_view piece);
  Status WriteNow(std::string_view piece);
  // Until more of the request has come.
  Task<Status> WaitForBody();
  Status RefuseBody(Refusal refusal, Status error);
  void SendHead(const ResponseHead& head, std::optional<uint64_t> content_length, bool whole);
  bool AnswerRefusal();

  http::Http2Server& server_;
  http::Http2ServerStream& codec_;
  Connection& connection_;
  const FrontLimits& limits_;
  Event& to_send_;
  CancelSource& cancel_;

  WaitList body_waiters_;
  WaitList output_waiters_;
  http::Headers further_headers_;
  std::string body_;  // as far as ReadWhole has it
  uint64_t body_bytes_ = 0;
  uint64_t response_bytes_ = 0;
  int response_status_ = 0;
  bool continue_due_ = false;
  std::optional<Refusal> refusal_;  // of the body: it takes the place of whatever the handler answers
  AnnouncedLength length_;
  bool has_body_ = true;  // the answer
  Answer answer_ = Answer::kNone;
};

}  // namespace minato::gateway

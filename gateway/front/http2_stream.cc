#include "gateway/front/http2_stream.h"

#include <charconv>

#include "gateway/front/date.h"
#include "gateway/http_status.h"
#include "http/status_code.h"
#include "runtime/check.h"
#include "runtime/deadline.h"

namespace minato::gateway {
namespace {

// What may wait for a client that reads slowly before its handler waits, too.
constexpr size_t kOutputBytesMax = 64 * 1024;

constexpr std::string_view kGone = "the client went away";

}  // namespace

void Http2Stream::OnClosed() {
  body_waiters_.GrantAll();
  output_waiters_.GrantAll();
  if (answer_ != Answer::kDone && answer_ != Answer::kCut) cancel_.Cancel(Cancelled("{}", kGone));
}

void Http2Stream::Finish() {
  CHECK(answer_ == Answer::kDone || answer_ == Answer::kCut || codec_.closed() || connection_.gone(),
        "a request was left without an answer");
}

void Http2Stream::ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const {
  const http::Http2RequestHead& head = codec_.head();
  for (size_t i = 0; i < head.header_count(); ++i) {
    const http::HeaderView header = head.header(i);
    visit(header.name, header.value);
  }
}

void Http2Stream::SendContinue() {
  continue_due_ = false;
  server_.Continue(codec_);
  to_send_.Set();
}

Task<Status> Http2Stream::WaitForBody() {
  WaitList::Waiter more(body_waiters_);
  CO_TRY(co_await more);
  co_return OkStatus();
}

Task<StatusOr<std::optional<std::string_view>>> Http2Stream::ReadPiece() {
  if (continue_due_ && codec_.received_bytes() == 0 && !codec_.request_ended() && answer_ == Answer::kNone) {
    SendContinue();
  }
  const TaskContext& context = co_await CurrentContext();
  while (!codec_.has_frame()) {
    if (codec_.closed()) co_return Cancelled("the client went away in the middle of its request body");
    if (codec_.request_ended()) co_return std::nullopt;
    Deadline patience(context, context.home->Now() + limits_.body_timeout);
    const Status came = co_await InContext<Status>(patience.context(), WaitForBody());
    if (came.ok() || codec_.has_frame()) continue;
    if (context.cancel.cancelled()) co_return came;
    const Status late = WithHttpStatus(DeadlineExceeded("no byte of the request body came for {} (body_timeout)",
                                                        absl::FormatDuration(limits_.body_timeout)),
                                       408);
    co_return RefuseBody(TimeoutRefusal(limits_.style, late), late);
  }
  const std::string_view frame = server_.TakeFrame(codec_);
  to_send_.Set();  // the window
  body_bytes_ += frame.size();
  co_return std::optional<std::string_view>(frame);
}

Task<StatusOr<std::string_view>> Http2Stream::ReadWhole(size_t bytes_max) {
  const std::optional<uint64_t> length = codec_.head().content_length();
  if (length.value_or(0) > bytes_max) {
    co_return WithHttpStatus(ResourceExhausted("the request body has {} bytes, the limit is {} (body_bytes_max)",
                                               *length, bytes_max),
                             413);
  }
  if (codec_.request_ended() && codec_.received_bytes() == 0) co_return body_;
  for (;;) {
    CO_TRY(std::optional<std::string_view> piece, co_await ReadPiece());
    if (!piece.has_value()) co_return body_;
    if (body_.size() + piece->size() > bytes_max) {
      co_return WithHttpStatus(
          ResourceExhausted("the request body is larger than {} bytes (body_bytes_max)", bytes_max), 413);
    }
    body_.append(*piece);
    if (codec_.request_ended() && codec_.received_bytes() == 0) co_return body_;
  }
}

void Http2Stream::SendHead(const ResponseHead& head, std::optional<uint64_t> content_length, bool whole) {
  response_status_ = head.status;
  const bool may_have_body = !http::StatusForbidsBody(head.status);
  has_body_ = may_have_body && method() != "HEAD";
  OwnFields own(limits_.style.identity);
  bool has_date = false;
  // Metadata and types of an HttpBody that cannot stand in a header: the answer is worth more than they.
  const auto add = [&](std::string_view name, std::string_view value) {
    return server_.AddHeader(codec_, name, value);
  };
  server_.BeginAnswer(codec_, head.status);
  if (!head.content_type.empty() && !add("content-type", head.content_type)) {
    add("content-type", "application/octet-stream");
  }
  for (const http::HeaderField field : head.headers) {
    if (own.Replaces(field)) continue;
    has_date = has_date || field.name == "date";
    add(field.name, field.value);
  }
  for (const http::HeaderField field : further_headers_) add(field.name, field.value);
  if (!has_date) add("date", DateOf(connection_.home().Now()));
  own.AddTo(add);
  // 304 may tell the length of what it does not send.
  if (content_length.has_value() && (may_have_body || (head.status == 304 && !whole))) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof(digits), *content_length).ptr;
    add("content-length", {digits, end});
  }
  server_.FinishHead(codec_);
  to_send_.Set();
}

Status Http2Stream::RefuseBody(Refusal refusal, Status error) {
  if (limits_.style.error_shape == ErrorShape::kEnvoy) refusal_ = std::move(refusal);
  return error;
}

void Http2Stream::Refuse(const Refusal& refusal) {
  if (refusal.status == 431 && limits_.style.error_shape == ErrorShape::kEnvoy) return CutResponse();
  answer_ = Answer::kDone;
  const bool tells_no_length = refusal.body.empty() && limits_.style.error_shape == ErrorShape::kEnvoy;
  SendHead({.status = refusal.status, .content_type = refusal.content_type},
           tells_no_length ? std::nullopt : std::optional<uint64_t>(refusal.body.size()), true);
  if (has_body_) server_.Write(codec_, refusal.body);
  response_bytes_ += refusal.body.size();
  server_.End(codec_);
}

bool Http2Stream::AnswerRefusal() {
  if (!refusal_.has_value()) return false;
  Refuse(*refusal_);
  has_body_ = false;
  length_.Announce(0);
  return true;
}

Task<Status> Http2Stream::Respond(const ResponseHead& head, std::string_view body) {
  CHECK(answer_ == Answer::kNone, "a request was answered twice");
  answer_ = Answer::kDone;
  if (AnswerRefusal()) return OkStatus();
  const bool tells_length = !head.tells_no_length || !body.empty();
  SendHead(head, tells_length ? body.size() : head.content_length, true);
  if (has_body_) {
    server_.Write(codec_, body);
    response_bytes_ += body.size();
  }
  server_.End(codec_);
  return OkStatus();
}

Task<Status> Http2Stream::StartResponse(const ResponseHead& head) {
  CHECK(answer_ == Answer::kNone, "a request was answered twice");
  if (!AnswerRefusal()) {
    SendHead(head, head.content_length, false);
    if (has_body_) length_.Announce(head.content_length);
  }
  answer_ = Answer::kStreaming;
  return OkStatus();
}

Task<Status> Http2Stream::Write(std::string_view piece) {
  CHECK(answer_ == Answer::kStreaming, "nothing was started that could be continued");
  if (!has_body_) return OkStatus();
  return codec_.unsent_bytes() > kOutputBytesMax ? WriteWhenRoom(piece) : WriteNow(piece);
}

Task<Status> Http2Stream::WriteWhenRoom(std::string_view piece) {
  while (codec_.unsent_bytes() > kOutputBytesMax && !codec_.closed()) {
    server_.TellWhenTaken(codec_);
    WaitList::Waiter room(output_waiters_);
    CO_TRY(co_await room);
  }
  co_return WriteNow(piece);
}

Status Http2Stream::WriteNow(std::string_view piece) {
  if (codec_.closed()) return Unavailable("{}", kGone);
  if (Status fits = length_.Take(piece.size()); !fits.ok()) {
    CutResponse();
    return fits;
  }
  server_.Write(codec_, piece);
  response_bytes_ += piece.size();
  to_send_.Set();
  return OkStatus();
}

Task<Status> Http2Stream::EndResponse(const http::Headers& trailers) {
  CHECK(answer_ == Answer::kStreaming, "nothing was started that could be ended");
  if (Status whole = length_.AtEnd(); !whole.ok()) {
    CutResponse();
    return whole;
  }
  if (!refusal_.has_value()) server_.End(codec_, trailers);
  answer_ = Answer::kDone;
  to_send_.Set();
  return OkStatus();
}

void Http2Stream::CutResponse() {
  if (answer_ == Answer::kDone) return;
  answer_ = Answer::kCut;
  server_.Cut(codec_);
  to_send_.Set();
}

Task<StatusOr<std::unique_ptr<WebSocket>>> Http2Stream::AcceptWebSocket() {
  CHECK(false, "no request over HTTP/2 wants a WebSocket");
  return Unimplemented("WebSocket over HTTP/2");
}

}  // namespace minato::gateway

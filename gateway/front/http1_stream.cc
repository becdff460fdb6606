#include "gateway/front/http1_stream.h"

#include "gateway/front/date.h"
#include "gateway/front/http1_refusal.h"
#include "gateway/front/upgraded_websocket.h"
#include "gateway/http_status.h"
#include "http/http1_response_writer.h"
#include "http/status_code.h"
#include "runtime/check.h"

namespace minato::gateway {

using http::Http1RequestParser;

namespace {

// What may wait for a client that reads slowly before its handler waits, too.
constexpr size_t kOutputBytesMax = 64 * 1024;

}  // namespace

void Http1Stream::Begin() {
  const http::Http1RequestHead& head = parser_.head();
  body_.clear();
  further_headers_.clear();
  body_ended_ = false;
  body_failed_ = false;
  length_.Announce(std::nullopt);
  refusal_.reset();
  continue_due_ = head.expects_continue();
  if (continue_due_ && limits_.style.continues_at_once) SendContinue();
  keep_alive_ = keep_alive_ && head.keep_alive();
  chunked_ = false;
  answer_ = Answer::kNone;
  response_status_ = 0;
  request_bytes_ = head.bytes().size();
  response_bytes_ = 0;
}

void Http1Stream::SendContinue() {
  continue_due_ = false;
  connection_.output().append(http::kContinueResponse);
  connection_.StartSendingSoon();
}

std::string_view Http1Stream::protocol() const {
  return parser_.head().version() == http::Http1Version::k11 ? "HTTP/1.1" : "HTTP/1.0";
}

void Http1Stream::ForEach(
    absl::FunctionRef<void(std::string_view, std::string_view)> visit) const {
  const http::Http1RequestHead& head = parser_.head();
  for (size_t i = 0; i < head.header_count(); ++i) {
    const http::HeaderView header = head.header(i);
    visit(header.name, header.value);
  }
}

Task<StatusOr<std::optional<std::string_view>>> Http1Stream::ReadPiece() {
  if (body_ended_) return std::nullopt;
  return ReadFurther();
}

Task<StatusOr<std::optional<std::string_view>>> Http1Stream::ReadFurther() {
  for (;;) {
    std::string_view input = connection_.input();
    const size_t before = input.size();
    const Http1RequestParser::Event event = parser_.Next(input);
    connection_.Consume(before - input.size());
    request_bytes_ += before - input.size();
    switch (event) {
      case Http1RequestParser::Event::kBody:
        continue_due_ = false;
        co_return parser_.body();
      case Http1RequestParser::Event::kEnd:
        body_ended_ = true;
        co_return std::nullopt;
      case Http1RequestParser::Event::kError:
        co_return RefuseBody(RefusalOf(limits_.style, parser_.error()),
                             WithHttpStatus(InvalidArgument("{}", parser_.error().message),
                                            parser_.error().http_status()));
      case Http1RequestParser::Event::kNeedInput:
        break;
      case Http1RequestParser::Event::kHead:
        CHECK(false, "a head inside a body");
    }
    if (continue_due_) SendContinue();
    parser_.RetainHead();  // reading on may move the bytes that it refers to
    const Connection::Arrival arrival = co_await Connection::ReadMore(
        connection_, connection_.home().Now() + limits_.body_timeout);
    if (arrival == Connection::Arrival::kBytes) continue;
    body_failed_ = true;
    if (arrival == Connection::Arrival::kClosed) {
      co_return Cancelled("the client went away in the middle of its request body");
    }
    if (arrival == Connection::Arrival::kInterrupted) {
      const TaskContext& context = co_await CurrentContext();
      co_return context.cancel.reason();
    }
    const Status late = WithHttpStatus(DeadlineExceeded("no byte of the request body came for {} (body_timeout)",
                                                        absl::FormatDuration(limits_.body_timeout)),
                                       408);
    co_return RefuseBody(TimeoutRefusal(limits_.style, late), late);
  }
}

Status Http1Stream::RefuseBody(Refusal refusal, Status error) {
  body_failed_ = true;
  if (limits_.style.error_shape == ErrorShape::kEnvoy) refusal_ = std::move(refusal);
  return error;
}

bool Http1Stream::BodyArrived() const { return body_ended_ || parser_.BodyEndsIn(connection_.input()); }

const http::Headers& Http1Stream::request_trailers() const {
  static const http::Headers kNone;
  return body_ended_ && parser_.head().framing() == http::BodyFraming::kChunked ? parser_.trailers() : kNone;
}

Task<StatusOr<std::string_view>> Http1Stream::ReadWhole(size_t bytes_max) {
  const http::Http1RequestHead& head = parser_.head();
  if (head.framing() == http::BodyFraming::kLength && head.content_length() > bytes_max) {
    co_return WithHttpStatus(
        ResourceExhausted("the request body has {} bytes, the limit is {} (body_bytes_max)",
                          head.content_length(), bytes_max),
        413);
  }
  for (;;) {
    CO_TRY(std::optional<std::string_view> piece, co_await ReadPiece());
    if (!piece.has_value()) co_return body_;
    const bool all = body_.empty() && head.framing() == http::BodyFraming::kLength &&
                     piece->size() == head.content_length();
    if (all) {
      const std::string_view whole = *piece;
      CO_TRY(std::optional<std::string_view> end, co_await ReadPiece());
      CHECK(!end.has_value());
      co_return whole;
    }
    if (body_.size() + piece->size() > bytes_max) {
      co_return WithHttpStatus(
          ResourceExhausted("the request body is larger than {} bytes (body_bytes_max)", bytes_max), 413);
    }
    body_.append(*piece);
  }
}

// Another request can follow only where this one ends.
void Http1Stream::TakeUnreadBody(bool answer_is_whole) {
  // Beside an answer in pieces somebody may go on to read.
  if (HasBody() && (limits_.style.unread_body_closes || !answer_is_whole)) return;
  while (!body_ended_ && !body_failed_) {
    std::string_view input = connection_.input();
    const size_t before = input.size();
    const Http1RequestParser::Event event = parser_.Next(input);
    connection_.Consume(before - input.size());
    if (event == Http1RequestParser::Event::kEnd) body_ended_ = true;
    if (event == Http1RequestParser::Event::kError) body_failed_ = true;
    if (event == Http1RequestParser::Event::kNeedInput) break;
  }
}

void Http1Stream::AppendHead(const ResponseHead& head, std::optional<uint64_t> content_length, bool whole) {
  TakeUnreadBody(whole);
  if (!body_ended_ || head.ends_connection) keep_alive_ = false;

  const bool http10 = parser_.head().version() == http::Http1Version::k10;
  const bool has_body = !http::StatusForbidsBody(head.status);
  chunked_ = has_body && !content_length.has_value() && !http10;
  if (has_body && !content_length.has_value() && http10) keep_alive_ = false;
  // 304 may tell the length of what it does not send.
  const bool tells_length = content_length.has_value() && (has_body || (head.status == 304 && !whole));

  const auto write = [&](std::string_view content_type, const http::Headers& further) {
    http::Http1ResponseHead out(connection_.output(), head.status);
    if (limits_.style.echoes_version) out.SetVersion(parser_.head().version());
    bool has_date = false;
    OwnFields own(limits_.style.identity);
    if (!content_type.empty()) out.Add("content-type", content_type);
    for (const http::HeaderField field : further) {
      if (own.Replaces(field)) continue;
      has_date = has_date || field.name == "date";
      out.Add(field.name, field.value);
    }
    out.Add(further_headers_);
    if (!has_date) out.Add("date", DateOf(connection_.home().Now()));
    own.AddTo([&](std::string_view name, std::string_view value) { out.Add(name, value); });
    if (tells_length) out.AddContentLength(*content_length);
    if (chunked_) out.AddChunked();
    out.AddConnection(parser_.head().version(), keep_alive_);
    return out.Finish();
  };
  has_body_ = has_body && method() != "HEAD";
  response_status_ = head.status;
  // Metadata and types of an HttpBody that cannot stand in a header: the answer is worth more than they.
  if (!write(head.content_type, head.headers).ok() && !write(head.content_type, {}).ok()) {
    const Status without = write("application/octet-stream", {});
    CHECK(without.ok(), "{}", MessageOf(without));
  }
}

bool Http1Stream::AnswerRefusal() {
  if (!refusal_.has_value()) return false;
  AppendRefusal(connection_.output(), limits_.style, *refusal_, connection_.home().Now());
  response_status_ = refusal_->status;
  response_bytes_ = refusal_->body.size();
  keep_alive_ = chunked_ = has_body_ = false;
  length_.Announce(0);
  return true;
}

Task<Status> Http1Stream::Respond(const ResponseHead& head, std::string_view body) {
  CHECK(answer_ == Answer::kNone, "a request was answered twice");
  answer_ = Answer::kDone;
  if (AnswerRefusal()) return OkStatus();
  const bool tells_length = !head.tells_no_length || !body.empty() || method() != "HEAD";
  AppendHead(head, tells_length ? body.size() : head.content_length, true);
  if (has_body_) {
    connection_.output().append(body);
    response_bytes_ += body.size();
  }
  return OkStatus();
}

Task<Status> Http1Stream::StartResponse(const ResponseHead& head) {
  CHECK(answer_ == Answer::kNone, "a request was answered twice");
  answer_ = Answer::kStreaming;
  if (!AnswerRefusal()) {
    AppendHead(head, head.content_length, false);
    if (has_body_) length_.Announce(head.content_length);
  }
  connection_.StartSendingSoon();
  return OkStatus();
}

Task<Status> Http1Stream::Write(std::string_view piece) {
  CHECK(answer_ == Answer::kStreaming, "nothing was started that could be continued");
  if (!has_body_) return OkStatus();
  return connection_.output_size() > kOutputBytesMax ? WriteWhenRoom(piece) : WriteNow(piece);
}

Task<Status> Http1Stream::WriteWhenRoom(std::string_view piece) {
  CO_TRY(co_await connection_.OutputBelow(kOutputBytesMax));
  co_return WriteNow(piece);
}

Status Http1Stream::WriteNow(std::string_view piece) {
  if (connection_.gone()) return Unavailable("the client went away");
  if (Status fits = length_.Take(piece.size()); !fits.ok()) {
    CutResponse();
    return fits;
  }
  if (chunked_) {
    http::AppendChunk(connection_.output(), piece);
  } else {
    connection_.output().append(piece);
  }
  response_bytes_ += piece.size();
  connection_.StartSendingSoon();
  return OkStatus();
}

Task<Status> Http1Stream::EndResponse(const http::Headers&) {
  CHECK(answer_ == Answer::kStreaming, "nothing was started that could be ended");
  if (Status whole = length_.AtEnd(); !whole.ok()) {
    CutResponse();
    return whole;
  }
  if (chunked_ && has_body_) http::AppendLastChunk(connection_.output());
  answer_ = Answer::kDone;
  return OkStatus();
}

void Http1Stream::CutResponse() {
  answer_ = Answer::kCut;
  keep_alive_ = false;
}

bool Http1Stream::wants_websocket() const {
  return !connection_.encrypted() && parser_.head().WantsUpgradeTo("websocket");
}

Task<StatusOr<std::unique_ptr<WebSocket>>> Http1Stream::AcceptWebSocket() {
  CHECK(answer_ == Answer::kNone && wants_websocket());
  Connection::Upgraded upgraded = co_await connection_.Upgrade();
  upgraded_ = true;
  answer_ = Answer::kDone;
  auto websocket = std::make_unique<UpgradedWebSocket>(connection_, std::move(upgraded), limits_, further_headers_);
  const Status accepted = co_await websocket->Accept(parser_.head());
  response_status_ = accepted.ok() ? 101 : 400;
  if (!accepted.ok()) co_return accepted;
  co_return std::move(websocket);
}

Task<bool> Http1Stream::Finish() {
  CHECK(answer_ == Answer::kDone || answer_ == Answer::kCut || connection_.gone(),
        "a request was left without an answer");
  connection_.StartSending();
  if (answer_ == Answer::kCut) {
    // What came before the cut is delivered; the missing last chunk, or byte, tells that it is not all.
    if (must_reset()) {
      const Status sent = co_await connection_.OutputBelow(0);
    } else {
      co_await connection_.LingerBriefly();
    }
    co_return false;
  }
  const Status room = co_await connection_.OutputBelow(kOutputBytesMax);
  if (!room.ok()) co_return false;
  if (keep_alive_ && body_ended_) co_return true;
  if (body_ended_) {
    const Status sent = co_await connection_.OutputBelow(0);
  } else {
    co_await connection_.LingerBriefly();
  }
  co_return false;
}

}  // namespace minato::gateway

#include "gateway/upstream/http2_call.h"

#include "runtime/check.h"

namespace minato::gateway {
namespace {

// RFC 9113 section 7
constexpr uint32_t kProtocolError = 1;
constexpr uint32_t kRefusedStream = 7;
constexpr uint32_t kCancel = 8;
constexpr uint32_t kConnectError = 10;

}  // namespace

Http2Call::~Http2Call() {
  if (stage_ == Stage::kWaiting || stage_ == Stage::kStarted) GiveUp(OkStatus());
}

void Http2Call::Wait(Http2CallHome& home, const HttpRequestView& request, bool ends) {
  CHECK(stage_ == Stage::kNew, "a call waits once");
  stage_ = Stage::kWaiting;
  home_ = &home;
  request_ = std::make_unique<Request>();
  request_->method = request.method;
  request_->scheme = request.scheme;
  request_->authority = request.authority;
  request_->path = request.path;
  for (const auto& [name, value] : request.headers) request_->headers.Add(name, value);
  request_->ended = ends;
}

void Http2Call::Start(Http2CallHome& home, Http2Connection& connection, const HttpRequestView& request, bool ends) {
  CHECK(stage_ == Stage::kNew || stage_ == Stage::kWaiting, "a call starts once");
  stage_ = Stage::kStarted;
  was_started_ = true;
  home_ = &home;
  connection_ = &connection;
  connection.session().Submit(*this,
                              {.method = request.method,
                               .scheme = request.scheme,
                               .authority = request.authority,
                               .path = request.path,
                               .headers = request.headers},
                              ends);
  connection.SendSoon();
}

void Http2Call::StartWaiting(Http2Connection& connection) {
  const std::unique_ptr<Request> waited = std::move(request_);
  HttpRequestView view{.method = waited->method,
                       .scheme = waited->scheme,
                       .authority = waited->authority,
                       .path = waited->path,
                       .headers = {}};
  for (const http::HeaderField field : waited->headers) view.headers.emplace_back(field.name, field.value);
  const bool ends = waited->ended && waited->body.empty() && waited->trailers.empty();
  Start(*home_, connection, view, ends);
  if (ends || stage_ != Stage::kStarted) return;
  connection.session().Write(*this, waited->body);
  if (waited->ended) connection.session().End(*this, waited->trailers);
}

void Http2Call::Fail(UpstreamFailure failure, std::string text) {
  stage_ = Stage::kOver;
  request_.reset();
  failure_ = failure;
  failure_text_ = std::move(text);
  readers_.GrantAll();
  writers_.GrantAll();
}

void Http2Call::GiveUp(const Status& reason) {
  const Stage was = std::exchange(stage_, Stage::kOver);
  failure_ = UpstreamFailure::kLocalReset;
  failure_text_ = "local reset";
  if (was == Stage::kWaiting) {
    home_->Forget(*this);
    request_.reset();
  } else if (was == Stage::kStarted) {
    Http2Connection& connection = *std::exchange(connection_, nullptr);
    connection.session().Discard(frames_.bytes());
    connection.session().Reset(*this, kCancel);
    connection.SendSoon();
    home_->Ended(*this, /*in_callback=*/false);
  }
  writers_.GrantAll(reason.ok() ? Unavailable("the call was given up") : reason);
}

Status Http2Call::Failed() const { return Unavailable("{}", failure_text_); }

size_t Http2Call::Unsent() const { return stage_ == Stage::kWaiting ? request_->body.size() : unsent(); }

bool Http2Call::HasRoom() const { return stage_ == Stage::kOver || Unsent() < buffer_bytes_max_; }

Task<Status> Http2Call::Write(std::string_view piece) { return HasRoom() ? WriteNow(piece) : WriteWhenRoom(piece); }

Task<Status> Http2Call::WriteWhenRoom(std::string_view piece) {
  while (!HasRoom()) {
    WaitList::Waiter room(writers_);
    CO_TRY(co_await room);
  }
  co_return WriteNow(piece);
}

Status Http2Call::WriteNow(std::string_view piece) {
  if (stage_ == Stage::kOver) return Unavailable("the upstream takes no more");
  if (stage_ == Stage::kWaiting) {
    request_->body.append(piece);
  } else {
    connection_->session().Write(*this, piece);
    connection_->SendSoon();
  }
  return OkStatus();
}

void Http2Call::End(const http::Headers& trailers) {
  if (stage_ == Stage::kWaiting) {
    request_->ended = true;
    request_->trailers = trailers;
  } else if (stage_ == Stage::kStarted) {
    connection_->session().End(*this, trailers);
    connection_->SendSoon();
  }
}

Task<StatusOr<HttpResponseHead>> Http2Call::ReadHead() {
  while (true) {
    if (!informational_.empty()) {
      HttpResponseHead head = std::move(informational_.front());
      informational_.erase(informational_.begin());
      co_return head;
    }
    if (std::exchange(head_waits_, false)) co_return std::move(head_);
    if (failure_ != UpstreamFailure::kNone) co_return Failed();
    WaitList::Waiter arrived(readers_);
    const Status waited = co_await arrived;
    if (!waited.ok()) {
      GiveUp(waited);  // what the peer did meanwhile does not count
      co_return waited;
    }
  }
}

Task<StatusOr<std::optional<std::string_view>>> Http2Call::Read() {
  if (MayRead()) return ReadNow();
  return ReadWhenArrived();
}

StatusOr<std::optional<std::string_view>> Http2Call::ReadNow() {
  if (!frames_.empty()) {
    const std::string_view frame = frames_.Next();
    if (stage_ == Stage::kStarted) {
      connection_->session().Consume(*this, frame.size());
      if (connection_->session().WantsToProduce()) connection_->SendSoon();
    }
    return frame;
  }
  if (answered_) return std::nullopt;
  return Failed();
}

Task<StatusOr<std::optional<std::string_view>>> Http2Call::ReadWhenArrived() {
  while (true) {
    if (MayRead()) co_return ReadNow();
    WaitList::Waiter arrived(readers_);
    const Status waited = co_await arrived;
    if (!waited.ok()) {
      GiveUp(waited);  // what the peer did meanwhile does not count
      co_return waited;
    }
  }
}

void Http2Call::OnHead(int status, http::Headers headers, bool ends) {
  if (status < 200) {
    informational_.push_back({.status = status, .headers = std::move(headers)});
  } else {
    head_ = {.status = status, .headers = std::move(headers), .ends = ends};
    head_waits_ = true;
    answered_ = ends;
  }
  readers_.GrantAll();
}

void Http2Call::OnDataFrame() {
  frames_.EndFrame();
  if (!readers_.empty()) readers_.GrantAll();
}

void Http2Call::OnEnd(http::Headers trailers) {
  answered_ = true;
  trailers_ = std::move(trailers);
  readers_.GrantAll();
}

void Http2Call::OnSent() {
  if (!writers_.empty() && HasRoom()) writers_.GrantAll();
}

void Http2Call::OnClosed(http::Http2StreamEnd end, uint32_t error_code) {
  using http::Http2StreamEnd;
  stage_ = Stage::kOver;
  // Nothing gives window back for the stream any more; its unread rest is no larger than its window was.
  std::exchange(connection_, nullptr)->session().Discard(frames_.bytes());
  switch (end) {
    case Http2StreamEnd::kComplete:
      break;
    case Http2StreamEnd::kConnectionGone:
      failure_ = UpstreamFailure::kConnectionTermination;
      failure_text_ = "connection termination";
      break;
    case Http2StreamEnd::kProtocolError:
      failure_ = UpstreamFailure::kProtocolError;
      failure_text_ = "protocol error";
      break;
    case Http2StreamEnd::kRemoteReset:
      failure_ = error_code == kProtocolError    ? UpstreamFailure::kProtocolError
                 : error_code == kRefusedStream ? UpstreamFailure::kRemoteRefusedStream
                                                : UpstreamFailure::kRemoteReset;
      failure_text_ = error_code == kProtocolError    ? "protocol error"
                      : error_code == kRefusedStream ? "remote refused stream reset"
                      : error_code == kConnectError  ? "remote error with CONNECT request"
                                                     : "remote reset";
      break;
  }
  home_->Ended(*this, /*in_callback=*/true);
  readers_.GrantAll();
  writers_.GrantAll();
}

}  // namespace minato::gateway

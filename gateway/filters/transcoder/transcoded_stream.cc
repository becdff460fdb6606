#include "gateway/filters/transcoder/transcoded_stream.h"

#include <absl/strings/numbers.h>

#include "gateway/access_log/record.h"
#include "gateway/error_answer.h"
#include "gateway/filters/local_reply.h"
#include "gateway/filters/transcoder/status_json.h"
#include "gateway/grpc_wire.h"
#include "gateway/http_status.h"

namespace minato::gateway {

namespace {

// Envoy's buffer is full then: it reads no further before it has given that on.
constexpr size_t kReadBytesMax = 1 << 20;
// Of DATA: SETTINGS_MAX_FRAME_SIZE is what it is without being said.
constexpr size_t kFrameBytesMax = 16 << 10;
// Of Envoy's buffer.
constexpr size_t kSliceBytes = 16 << 10;

}  // namespace

using http::KnownHeader;

Status TranscodedStream::FinishWithoutBody() {
  TRY(frames_, request_.Finish());
  finished_ = true;
  return OkStatus();
}

Task<StatusOr<std::optional<std::string_view>>> TranscodedStream::NextPiece() {
  const bool first = !std::exchange(begun_, true);
  if (!IsHttp1()) return connection_buffer_bytes_ < kFrameBytesMax ? NextSliceOfFrame() : client().ReadPiece();
  if (first && client().BodyArrived()) {
    // Envoy gives on what its HTTP/1.1 parser found in one read, whatever the chunks are.
    const bool in_chunks = !client().head().Find(KnownHeader::kContentLength).has_value();
    return in_chunks ? Gather() : client().ReadPiece();
  }
  if (request_.streams_pieces()) return GatherWaiting(kReadBytesMax);
  return request_.reads_json() ? NextSliceOfRead() : client().ReadPiece();
}

// Envoy reads no more than its buffer takes, and gives a frame on in such pieces.
Task<StatusOr<std::optional<std::string_view>>> TranscodedStream::NextSliceOfFrame() {
  if (unsliced_.empty()) {
    CO_TRY(std::optional<std::string_view> piece, co_await client().ReadPiece());
    if (!piece.has_value()) co_return std::nullopt;
    unsliced_ = *piece;
  }
  co_return Slice(connection_buffer_bytes_);
}

// Of what Envoy finds in one read its JSON parser sees one slice of the buffer at a time.
Task<StatusOr<std::optional<std::string_view>>> TranscodedStream::NextSliceOfRead() {
  if (unsliced_.empty()) {
    CO_TRY(std::optional<std::string_view> piece, co_await GatherWaiting(kSliceBytes));
    if (body_.empty()) co_return piece;
    unsliced_ = body_;
  }
  co_return Slice(kSliceBytes);
}

std::string_view TranscodedStream::Slice(size_t bytes_max) {
  const std::string_view slice = unsliced_.substr(0, bytes_max);
  unsliced_.remove_prefix(slice.size());
  return slice;
}

Task<StatusOr<std::optional<std::string_view>>> TranscodedStream::GatherWaiting(size_t bytes_enough) {
  body_.clear();
  for (;;) {
    CO_TRY(std::optional<std::string_view> piece, co_await client().ReadPiece());
    if (!piece.has_value()) break;
    const bool last = !client().MoreIsWaiting();
    if (last && body_.empty()) co_return piece;
    body_.append(*piece);
    if (last || body_.size() >= bytes_enough) co_return body_;
  }
  if (body_.empty()) co_return std::nullopt;
  co_return body_;
}

Task<StatusOr<std::optional<std::string_view>>> TranscodedStream::Gather() {
  for (;;) {
    CO_TRY(std::optional<std::string_view> piece, co_await client().ReadPiece());
    if (!piece.has_value()) break;
    body_.append(*piece);
  }
  if (body_.empty()) co_return std::nullopt;
  gathered_ = true;
  co_return body_;
}

bool TranscodedStream::IsWhole(std::string_view piece) const {
  if (gathered_) return true;
  const auto text = client().head().Find(KnownHeader::kContentLength);
  uint64_t length = 0;
  return text.has_value() && absl::SimpleAtoi(absl::string_view(text->data(), text->size()), &length) &&
         length == piece.size();
}

Task<StatusOr<std::optional<std::string_view>>> TranscodedStream::ReadPiece() {
  if (!finished_) return ReadFurther();
  if (frames_.empty()) return std::nullopt;
  return std::exchange(frames_, {});
}

Task<StatusOr<std::optional<std::string_view>>> TranscodedStream::ReadFurther() {
  for (;;) {
    const bool first = !begun_;
    const bool at_once = !first && IsHttp1() && (!unsliced_.empty() || client().MoreIsWaiting());
    CO_TRY(std::optional<std::string_view> piece, co_await NextPiece());
    StatusOr<std::string_view> frames;
    if (!piece.has_value()) {
      finished_ = true;
      if (whole_) co_return std::nullopt;
      frames = request_.Finish();
      if (!frames.ok() && IsCutByTrailers()) co_return std::nullopt;
    } else if (first && !request_.streams() && IsWhole(*piece)) {
      whole_ = true;
      frames = request_.Whole(*piece);
    } else {
      came_at_once_ = at_once ? came_at_once_ + piece->size() : piece->size();
      frames = request_.Feed(*piece, came_at_once_);
    }
    if (!frames.ok()) {
      // All that is left is to see the end, too.
      if (whole_ && request_.refused_at_end()) {
        CO_TRY(piece, co_await NextPiece());
      }
      // Beside an answer that has begun, whoever writes it tells of the error.
      const bool told_later = answer_ == Answer::kStarted && TellsFailures();
      if (!told_later) co_await Refuse(frames.status(), !request_.refused_at_end());
      co_return frames.status();
    }
    if (!frames->empty()) co_return *frames;
    if (finished_) co_return std::nullopt;
  }
}

// As in Envoy: a body that is cut off by trailers is no message, and no error. It sees none in HTTP/1.1.
bool TranscodedStream::IsCutByTrailers() const {
  return !IsHttp1() && !client().request_trailers().empty() && request_.cut_off() &&
         !tables_.extensions().Has(config::Extension::kStrictBodies);
}

Task<StatusOr<std::string_view>> TranscodedStream::ReadWhole(size_t) {
  return Unimplemented("a transcoded request is read piece by piece");
}

Task<void> TranscodedStream::Refuse(const Status& status, bool ends_connection) {
  if (answer_ == Answer::kStarted && TellsFailures()) {
    const Status ended = co_await EndByError(status, "", {});
    co_return;
  }
  answer_ = Answer::kDone;
  const bool resets = status.code() == StatusCode::kDataLoss && choice_.error_shape() == ErrorShape::kEnvoy;
  if (client().response_status() != 0 || resets) {
    client().CutResponse();
    co_return;
  }
  ResponseHead head;
  head.ends_connection = ends_connection;
  head.headers = LocalHeaders(choice_);
  const Status sent =
      co_await RespondError(client(), choice_.error_shape(), status, BadRequestJson(status), std::move(head));
}

Task<void> TranscodedStream::FailResponse(Status error) {
  if (answer_ == Answer::kStarted && TellsFailures()) {
    const Status ended = co_await EndByError(error, "", {});
  } else {
    CutResponse();
  }
}

Task<Status> TranscodedStream::EndByError(const Status& error, std::string_view details_json,
                                          const http::Headers& trailers) {
  answer_ = Answer::kDone;
  const StreamEnd end = reply_.Fail(ErrorBody(choice_.error_shape(), error, details_json));
  const Status flushed = co_await Flush();
  // An array that is not closed is no JSON: where the upstream's trailers can say more than a reset, they do.
  const bool cuts = end == StreamEnd::kCut && (IsHttp1() || trailers.empty() || reply_.is_http_body());
  if (!flushed.ok() || cuts) {
    client().CutResponse();
    co_return flushed;
  }
  http::Headers own;
  if (trailers.empty()) AddGrpcStatus(static_cast<int>(error.code()), MessageOf(error), own);
  co_return co_await client().EndResponse(trailers.empty() ? own : trailers);
}

Status TranscodedStream::AlreadyAnswered() const { return Cancelled("the request has already been answered"); }

void TranscodedStream::CutResponse() {
  if (answer_ == Answer::kDone) return;
  answer_ = Answer::kDone;
  client().CutResponse();
}

void TranscodedStream::Hold(const ResponseHead& head) {
  answer_ = Answer::kHeld;
  held_.status = head.status;
  held_.headers = head.headers;
  if (choice_.error_shape() == ErrorShape::kEnvoy) return;
  held_.headers.clear();
  for (const http::HeaderField field : head.headers) {
    if (!field.name.starts_with("grpc-")) held_.headers.Add(field.name, field.value);
  }
}

void TranscodedStream::SetContentType(std::string_view type) {
  held_.content_type = type;
  if (type.empty()) held_.headers.Set("content-type", "");
}

Task<Status> TranscodedStream::StartResponse(const ResponseHead& head) {
  if (answer_ == Answer::kDone) return AlreadyAnswered();
  if (head.status == 200 && IsGrpcContentType(head.content_type)) return StartTranscoded(head);
  answer_ = Answer::kPassed;
  return client().StartResponse(head);
}

Task<Status> TranscodedStream::Write(std::string_view piece) {
  if (answer_ == Answer::kDone) return AlreadyAnswered();
  return answer_ == Answer::kPassed ? client().Write(piece) : WriteTranscoded(piece);
}

Task<Status> TranscodedStream::EndResponse(const http::Headers& trailers) {
  if (answer_ == Answer::kDone) return AlreadyAnswered();
  return answer_ == Answer::kPassed ? client().EndResponse(trailers) : EndTranscoded(trailers);
}

Task<Status> TranscodedStream::Respond(const ResponseHead& head, std::string_view body) {
  if (answer_ == Answer::kDone) return AlreadyAnswered();
  if (answer_ == Answer::kNone && body.empty() && head.headers.Has("grpc-status")) return RespondTrailersOnly(head);
  answer_ = Answer::kDone;
  return client().Respond(head, body);
}

Task<Status> TranscodedStream::StartTranscoded(const ResponseHead& head) {
  Hold(head);
  reply_.set_encoding(head.headers.Find("grpc-encoding").value_or(""));
  return reply_.goes_at_once() ? StartHeld() : OkStatus();
}

Task<Status> TranscodedStream::StartHeld() {
  answer_ = Answer::kStarted;
  SetContentType(reply_.content_type());
  CO_TRY(co_await client().StartResponse(held_));
  if (!is_head_of_get_) co_return OkStatus();
  // Has all that it asked for, however long the stream would last.
  answer_ = Answer::kDone;
  CO_TRY(co_await client().EndResponse({}));
  co_return AlreadyAnswered();
}

Task<Status> TranscodedStream::Flush() {
  if (reply_.body().empty()) return OkStatus();
  return WriteBody();
}

Task<Status> TranscodedStream::WriteBody() {
  CO_TRY(co_await client().Write(reply_.body()));
  reply_.body().clear();
  co_return OkStatus();
}

Task<Status> TranscodedStream::WriteTranscoded(std::string_view piece) {
  if (answer_ != Answer::kHeld || reply_.streams()) return WriteInParts(piece);
  Status fed;
  do {
    fed = reply_.Feed(piece);
  } while (fed.ok() && !piece.empty());
  return fed.ok() ? fed : RefuseReply(fed);
}

Task<Status> TranscodedStream::WriteInParts(std::string_view piece) {
  Status fed;
  do {
    const size_t before = reply_.body().size();
    fed = reply_.Feed(piece);
    if (!fed.ok() && choice_.error_shape() == ErrorShape::kEnvoy && !TellsFailures()) {
      reply_.body().resize(before);  // Envoy sends nothing of a DATA frame in which something is wrong
      break;
    }
    if (answer_ == Answer::kHeld && reply_.streams() && reply_.has_message()) CO_TRY(co_await StartHeld());
    if (answer_ == Answer::kStarted) CO_TRY(co_await Flush());
  } while (fed.ok() && !piece.empty());
  if (!fed.ok()) co_return co_await RefuseReply(fed);
  co_return fed;
}

Task<Status> TranscodedStream::RefuseReply(Status status) {
  co_await Refuse(status, false);
  co_return status;
}

bool TranscodedStream::Converts(std::optional<uint64_t> grpc_status) const {
  return tables_.config().convert_grpc_status && !reply_.begun() && grpc_status.value_or(0) != 0;
}

bool TranscodedStream::TakeError(std::optional<uint64_t> grpc_status, const http::Headers& fields) {
  if (choice_.error_shape() == ErrorShape::kEnvoy) {
    return Converts(grpc_status) && AppendStatusJson(tables_, *grpc_status, fields, reply_.body());
  }
  if (grpc_status == uint64_t{0} || fields.empty()) return false;
  if (answer_ == Answer::kStarted && reply_.begun()) return false;
  const GrpcError error = GrpcErrorOf(tables_, fields);
  reply_.body() = ErrorBody(choice_.error_shape(), error.status, error.details_json);
  return true;
}

Status TranscodedStream::CheckTaken(bool taken) const {
  return taken && choice_.error_shape() == ErrorShape::kEnvoy ? reply_.CheckError() : OkStatus();
}

Task<Status> TranscodedStream::EndTranscoded(const http::Headers& trailers) {
  const auto grpc_status = GrpcStatusOf(trailers);
  if (answer_ == Answer::kStarted && TellsFailures() && grpc_status != uint64_t{0}) {
    const GrpcError error = GrpcErrorOf(tables_, trailers);
    co_return co_await EndByError(error.status, error.details_json, trailers);
  }
  const bool taken = TakeError(grpc_status, trailers);
  if (const Status fits = CheckTaken(taken); !fits.ok()) co_return co_await RefuseReply(fits);
  if (taken && answer_ == Answer::kHeld) {
    held_.status = HttpStatusOfGrpc(grpc_status);
    held_.content_type = ErrorContentType(choice_.error_shape());
    co_return co_await RespondHeld(reply_.body(), trailers);
  }
  const Status finished = taken ? OkStatus() : reply_.Finish();
  if (!finished.ok()) co_return co_await RefuseReply(finished);
  if (!reply_.streams() && !trailers.empty()) co_return co_await EndUnary(trailers, grpc_status);
  if (answer_ == Answer::kHeld) CO_TRY(co_await StartHeld());
  CO_TRY(co_await Flush());
  answer_ = Answer::kDone;
  co_return co_await client().EndResponse(trailers);
}

Task<Status> TranscodedStream::EndUnary(const http::Headers& trailers, std::optional<uint64_t> grpc_status) {
  held_.status = HttpStatusOfGrpc(grpc_status);
  if (choice_.error_shape() == ErrorShape::kEnvoy) {
    if (grpc_status.has_value()) held_.headers.Set("grpc-status", std::to_string(*grpc_status));
    if (const auto message = trailers.Find("grpc-message")) held_.headers.Set("grpc-message", *message);
  }
  SetContentType(reply_.content_type());
  return RespondHeld(reply_.body(), trailers);
}

Task<Status> TranscodedStream::RespondHeld(std::string_view body, const http::Headers& trailers) {
  answer_ = Answer::kDone;
  if (IsHttp1()) {
    held_.headers.Remove("trailer");
    if (choice_.access_log() != nullptr) choice_.access_log()->trailers = trailers;
    return client().Respond(held_, body);
  }
  return RespondHeldInParts(body, trailers);
}

Task<Status> TranscodedStream::RespondHeldInParts(std::string_view body, const http::Headers& trailers) {
  held_.content_length = body.size();
  CO_TRY(co_await client().StartResponse(held_));
  if (!body.empty()) CO_TRY(co_await client().Write(body));
  co_return co_await client().EndResponse(trailers);
}

Task<Status> TranscodedStream::RespondTrailersOnly(const ResponseHead& head) {
  Hold(head);
  answer_ = Answer::kDone;
  if (IsHttp1()) held_.headers.Remove("trailer");
  const auto grpc_status = GrpcStatusOf(head.headers);
  held_.status = HttpStatusOfGrpc(grpc_status);
  const bool taken = TakeError(grpc_status, head.headers);
  if (const Status fits = CheckTaken(taken); !fits.ok()) co_return co_await RefuseReply(fits);
  if (taken) {
    held_.content_type = ErrorContentType(choice_.error_shape());
    for (const char* name : {"content-type", "grpc-status", "grpc-message", "grpc-status-details-bin"}) {
      held_.headers.Remove(name);
    }
    co_return co_await client().Respond(held_, reply_.body());
  }
  held_.content_type = reply_.streams() ? reply_.content_type() : head.content_type;
  if (reply_.streams()) held_.headers.Remove("content-type");  // an empty one
  const Status finished = reply_.Finish();
  const bool has_length = !reply_.streams() || (reply_.body().empty() && IsHttp1() && !IsHead());
  if (has_length) co_return co_await client().Respond(held_, "");
  CO_TRY(co_await client().StartResponse(held_));
  CO_TRY(co_await Flush());
  co_return co_await client().EndResponse({});
}

}  // namespace minato::gateway

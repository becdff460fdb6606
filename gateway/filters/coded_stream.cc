#include "gateway/filters/coded_stream.h"

#include "gateway/filters/coding_rules.h"
#include "gateway/http_status.h"
#include "runtime/sleep.h"

namespace minato::gateway {

using http::ContentCoding;
using http::ContentDecoder;
using http::ContentEncoder;
using http::KnownHeader;

namespace {

constexpr size_t kPieceBytes = 16 << 10;
constexpr uint64_t kExpansionMax = 100;
constexpr size_t kTurnBytes = 128 << 10;  // encoded in one go: some milliseconds

// Of a decoder, as the request's.
Status BadBody(const Status& decoded) { return InvalidArgument("the request body {}", MessageOf(decoded)); }

bool IsOfEncodedBytes(KnownHeader header) {
  return header == KnownHeader::kContentEncoding || header == KnownHeader::kContentLength;
}

Task<Status> Done() { co_return OkStatus(); }

}  // namespace

std::optional<std::string_view> DecodedHead::Find(KnownHeader header) const {
  return IsOfEncodedBytes(header) ? std::nullopt : original().Find(header);
}

std::optional<std::string_view> DecodedHead::Find(std::string_view lower_name) const {
  return IsOfEncodedBytes(http::ClassifyHeader(lower_name)) ? std::nullopt : original().Find(lower_name);
}

void DecodedHead::ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const {
  original().ForEach([&](std::string_view name, std::string_view value) {
    if (!IsOfEncodedBytes(http::ClassifyHeader(name))) visit(name, value);
  });
}

const RequestHead& CodedStream::head() const { return decoder_ == nullptr ? client().head() : decoded_head_; }

Task<StatusOr<std::string_view>> CodedStream::ReadWhole(size_t bytes_max) {
  return decoder_ == nullptr ? client().ReadWhole(bytes_max) : DecodeWhole(bytes_max);
}

Task<StatusOr<std::optional<std::string_view>>> CodedStream::ReadPiece() {
  return decoder_ == nullptr ? client().ReadPiece() : DecodePiece();
}

// While something is to be decoded nobody knows how much that is, and what has arrived may be gathered.
bool CodedStream::BodyArrived() const { return decoder_ == nullptr ? client().BodyArrived() : body_ended_; }

bool CodedStream::MoreIsWaiting() const {
  return decoder_has_more_ || !input_.empty() || client().MoreIsWaiting();
}

Status CodedStream::CheckEnd() const {
  if (decoder_->complete() || came_bytes_ == 0) return OkStatus();
  return InvalidArgument("the request body ends before its {} does", http::Name(*coding_));
}

Status CodedStream::CheckExpansion() const {
  if (decoded_bytes_ <= limit_.bytes_max || decoded_bytes_ / kExpansionMax <= came_bytes_) return OkStatus();
  return WithHttpStatus(ResourceExhausted("the request body decodes to more than {} bytes ({}) and more than {} times "
                                          "what came",
                                          limit_.bytes_max, limit_.name, kExpansionMax),
                        413);
}

Task<StatusOr<std::string_view>> CodedStream::DecodeWhole(size_t bytes_max) {
  for (;;) {
    CO_TRY(std::optional<std::string_view> piece, co_await client().ReadPiece());
    if (!piece.has_value()) break;
    came_bytes_ += piece->size();
    const Status decoded = http::DecodeAll(*decoder_, *piece, bytes_max, body_);
    if (decoded.ok()) continue;
    if (decoded.code() != StatusCode::kResourceExhausted) co_return BadBody(decoded);
    co_return WithHttpStatus(
        ResourceExhausted("the request body decodes to more than {} bytes (body_bytes_max)", bytes_max), 413);
  }
  body_ended_ = true;
  CO_TRY(CheckEnd());
  co_return body_;
}

Task<StatusOr<std::optional<std::string_view>>> CodedStream::DecodePiece() {
  for (;;) {
    body_.clear();
    if (decoder_has_more_ || !input_.empty()) {
      const Status decoded = decoder_->Decode(input_, kPieceBytes, body_);
      if (!decoded.ok()) co_return BadBody(decoded);
      decoder_has_more_ = body_.size() == kPieceBytes;
      decoded_bytes_ += body_.size();
      CO_TRY(CheckExpansion());
    }
    if (!body_.empty()) co_return body_;
    CO_TRY(std::optional<std::string_view> piece, co_await client().ReadPiece());
    if (!piece.has_value()) break;
    came_bytes_ += piece->size();
    input_ = *piece;
  }
  body_ended_ = true;
  CO_TRY(CheckEnd());
  co_return std::nullopt;
}

bool CodedStream::Encodes(const ResponseHead& head, std::optional<uint64_t> body_bytes) {
  if (!accept_.has_value()) return false;
  const std::string_view method = client().head().method();
  const bool encodes = accept_->refuses_identity() ? MayBeEncoded(method, head)
                                                   : IsWorthEncoding(method, head, body_bytes);
  if (!encodes) return false;
  if (!told_caches_ && !VariesByEncoding(head)) client().AddResponseHeader("vary", "accept-encoding");
  told_caches_ = true;
  return true;
}

Task<std::optional<std::string>> CodedStream::EncodeWhole(ContentCoding coding, std::string_view body) const {
  const std::unique_ptr<ContentEncoder> encoder = ContentEncoder::Create(coding, body.size());
  std::string encoded;
  std::string_view rest = body;
  for (; rest.size() > kTurnBytes; rest.remove_prefix(kTurnBytes)) {
    encoder->Encode(rest.substr(0, kTurnBytes), ContentEncoder::Then::kGoOn, encoded);
    const Status slept = co_await Sleep(absl::ZeroDuration());
    if (!slept.ok()) co_return std::nullopt;  // still to be answered, with no more work than need be
  }
  encoder->Encode(rest, ContentEncoder::Then::kEnd, encoded);
  if (encoded.size() >= body.size() && !accept_->refuses_identity()) co_return std::nullopt;
  co_return encoded;
}

Task<Status> CodedStream::Respond(const ResponseHead& head, std::string_view body) {
  if (Encodes(head, body.size())) {
    const auto coding = accept_->Choose(kWholeBodyCodings);
    if (coding.has_value()) return RespondWhole(head, body, *coding);
  }
  return client().Respond(head, body);
}

Task<Status> CodedStream::RespondWhole(const ResponseHead& head, std::string_view body, ContentCoding coding) {
  const std::optional<std::string> encoded = co_await EncodeWhole(coding, body);
  if (!encoded.has_value()) co_return co_await client().Respond(head, body);
  const ResponseHead encoded_head = EncodedHead(head, coding);
  co_return co_await client().Respond(encoded_head, *encoded);
}

Task<Status> CodedStream::StartResponse(const ResponseHead& head) {
  if (!Encodes(head, head.content_length)) return client().StartResponse(head);
  if (!head.content_length.has_value()) {
    const auto coding = accept_->Choose(kStreamCodings);
    return coding.has_value() ? StartCoded(head, *coding) : client().StartResponse(head);
  }
  if (!accept_->Choose(kWholeBodyCodings).has_value()) return client().StartResponse(head);
  answer_ = Answer::kHeld;
  held_ = head;
  held_content_type_ = head.content_type;
  held_.content_type = held_content_type_;
  return Done();
}

Task<Status> CodedStream::StartCoded(const ResponseHead& head, ContentCoding coding) {
  answer_ = Answer::kCoded;
  answer_coding_ = coding;
  const ResponseHead encoded_head = EncodedHead(head, coding);
  co_return co_await client().StartResponse(encoded_head);
}

Task<Status> CodedStream::Write(std::string_view piece) {
  switch (answer_) {
    case Answer::kPlain: return client().Write(piece);
    case Answer::kHeld: return piece.empty() ? Done() : StartHeld(piece);
    case Answer::kCoded: return piece.empty() ? Done() : WriteCoded(piece);
  }
}

Task<Status> CodedStream::StartHeld(std::string_view first_piece) {
  const bool is_whole = first_piece.size() == *held_.content_length;
  if (!is_whole) {
    if (const auto coding = accept_->Choose(kStreamCodings)) {
      CO_TRY(co_await StartCoded(held_, *coding));
      co_return co_await WriteCoded(first_piece);
    }
  }
  answer_ = Answer::kPlain;
  const ContentCoding coding = *accept_->Choose(kWholeBodyCodings);
  std::optional<std::string> encoded;
  if (is_whole) encoded = co_await EncodeWhole(coding, first_piece);
  if (!encoded.has_value()) {
    CO_TRY(co_await client().StartResponse(held_));
    co_return co_await client().Write(first_piece);
  }
  ResponseHead encoded_head = EncodedHead(held_, coding);
  encoded_head.content_length = encoded->size();
  CO_TRY(co_await client().StartResponse(encoded_head));
  co_return co_await client().Write(*encoded);
}

Task<Status> CodedStream::WriteCoded(std::string_view piece) {
  if (encoder_ == nullptr) encoder_ = ContentEncoder::Create(answer_coding_, std::nullopt);
  std::string encoded;
  encoder_->Encode(piece, ContentEncoder::Then::kFlush, encoded);
  co_return co_await client().Write(encoded);
}

Task<Status> CodedStream::EndResponse(const http::Headers& trailers) {
  switch (answer_) {
    case Answer::kPlain: return client().EndResponse(trailers);
    case Answer::kHeld: return EndHeld(trailers);
    case Answer::kCoded: return EndCoded(trailers);
  }
}

// A body that was announced and did not come: for the client's stream to tell.
Task<Status> CodedStream::EndHeld(const http::Headers& trailers) {
  answer_ = Answer::kPlain;
  CO_TRY(co_await client().StartResponse(held_));
  co_return co_await client().EndResponse(trailers);
}

Task<Status> CodedStream::EndCoded(const http::Headers& trailers) {
  if (encoder_ == nullptr) encoder_ = ContentEncoder::Create(answer_coding_, std::nullopt);
  std::string encoded;
  encoder_->Encode("", ContentEncoder::Then::kEnd, encoded);
  encoder_.reset();
  CO_TRY(co_await client().Write(encoded));
  co_return co_await client().EndResponse(trailers);
}

}  // namespace minato::gateway

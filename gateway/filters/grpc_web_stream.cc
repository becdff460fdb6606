#include "gateway/filters/grpc_web_stream.h"

#include <fmt/format.h>

#include "gateway/filters/local_reply.h"
#include "gateway/grpc_wire.h"
#include "gateway/http_status.h"
#include "gateway/transcode/base64.h"

namespace minato::gateway {
namespace {

constexpr uint8_t kTrailersFlag = 0x80;
constexpr size_t kOtherBodyBytesMax = 4096;

std::string ToBase64(std::string_view bytes) {
  std::string text(Base64Size(bytes.size()), '\0');
  text.resize(static_cast<size_t>(EncodeBase64(text.data(), bytes) - text.data()));
  return text;
}

// The trailers as the last frame of the body.
std::string TrailersFrame(const http::Headers& trailers) {
  std::string lines;
  for (const http::HeaderField field : trailers) lines += fmt::format("{}:{}\r\n", field.name, field.value);
  return GrpcFrameHead(lines.size(), kTrailersFlag) + lines;
}

// As Envoy: the standard alphabet, and padding at the end of what came only.
bool Decode(std::string_view text, std::string& out) {
  if (text.find_first_of("-_") != text.npos) return false;
  out.resize(Base64DecodedMax(text.size()));
  const char* const end = DecodeBase64(out.data(), text);
  if (end == nullptr) return false;
  out.resize(static_cast<size_t>(end - out.data()));
  return true;
}

bool IsGrpcType(std::string_view content_type) { return content_type.starts_with("application/grpc"); }

}  // namespace

std::optional<std::string_view> GrpcHead::Find(http::KnownHeader header) const {
  if (header == http::KnownHeader::kContentType) return "application/grpc";
  if (header == http::KnownHeader::kContentLength) return std::nullopt;
  return original().Find(header);
}

std::optional<std::string_view> GrpcHead::Find(std::string_view lower_name) const {
  const http::KnownHeader known = http::ClassifyHeader(lower_name);
  return known == http::KnownHeader::kOther ? original().Find(lower_name) : Find(known);
}

void GrpcHead::ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const {
  visit("content-type", "application/grpc");
  visit("te", "trailers");
  original().ForEach([&](std::string_view name, std::string_view value) {
    const http::KnownHeader known = http::ClassifyHeader(name);
    const bool replaced = known == http::KnownHeader::kContentType || known == http::KnownHeader::kContentLength ||
                          known == http::KnownHeader::kTe;
    if (!replaced) visit(name, value);
  });
}

std::string_view GrpcWebStream::content_type() const {
  return wanted_ == Form::kText ? "application/grpc-web-text+proto" : "application/grpc-web+proto";
}

Task<StatusOr<std::optional<std::string_view>>> GrpcWebStream::ReadPiece() {
  for (;;) {
    CO_TRY(std::optional<std::string_view> piece, co_await client().ReadPiece());
    if (asked_ == Form::kBinary) co_return piece;
    if (!piece.has_value()) {
      if (undecoded_.empty()) co_return std::nullopt;
      co_return RefuseText();
    }
    undecoded_ += *piece;
    const size_t whole = undecoded_.size() / 4 * 4;
    if (whole == 0) continue;
    if (!Decode(std::string_view(undecoded_).substr(0, whole), decoded_)) co_return RefuseText();
    undecoded_.erase(0, whole);
    co_return std::string_view(decoded_);
  }
}

Status GrpcWebStream::RefuseText() {
  refused_text_ = true;
  return WithHttpStatus(InvalidArgument("Bad gRPC-web request, invalid base64 data."), 400);
}

Task<Status> GrpcWebStream::RespondStatus(int http_status, std::string_view message, ResponseHead head) {
  head.content_type = content_type();
  AddGrpcStatus(CodeOfHttpStatus(http_status), message, head.headers);
  answer_ = Answer::kGrpc;
  co_return co_await client().Respond(head, "");
}

Task<Status> GrpcWebStream::Respond(const ResponseHead& head, std::string_view body) {
  // As in Envoy: what has no body keeps its status, and only says that it is gRPC-Web.
  if (!IsGrpcType(head.content_type) && !body.empty()) {
    // In Envoy this filter refuses the text itself, and what it says is not rewritten.
    const int status = refused_text_ ? head.status : 200;
    co_return co_await RespondStatus(head.status, body, {.status = status, .ends_connection = head.ends_connection});
  }
  ResponseHead retyped = head;
  retyped.content_type = content_type();
  answer_ = Answer::kGrpc;
  co_return co_await client().Respond(retyped, wanted_ == Form::kText ? ToBase64(body) : std::string(body));
}

Task<Status> GrpcWebStream::StartResponse(const ResponseHead& head) {
  if (!IsGrpcType(head.content_type)) {
    answer_ = Answer::kOther;
    other_ = {.status = head.status, .headers = head.headers};
    co_return OkStatus();
  }
  ResponseHead retyped = head;
  retyped.content_type = content_type();
  retyped.content_length = std::nullopt;
  answer_ = Answer::kGrpc;
  co_return co_await client().StartResponse(retyped);
}

Task<Status> GrpcWebStream::Send(std::string_view bytes) {
  if (wanted_ == Form::kBinary) co_return co_await client().Write(bytes);
  const std::string text = ToBase64(bytes);
  co_return co_await client().Write(text);
}

Task<Status> GrpcWebStream::Write(std::string_view piece) {
  if (answer_ == Answer::kGrpc) co_return co_await Send(piece);
  other_body_ += piece.substr(0, kOtherBodyBytesMax - other_body_.size());
  co_return OkStatus();
}

Task<Status> GrpcWebStream::EndResponse(const http::Headers& trailers) {
  if (answer_ == Answer::kOther) {
    if (other_body_.empty()) other_.headers.Set("grpc-message", "");
    co_return co_await RespondStatus(other_.status, other_body_, std::move(other_));
  }
  if (!trailers.empty()) {
    const std::string frame = TrailersFrame(trailers);
    CO_TRY(co_await Send(frame));
  }
  co_return co_await client().EndResponse();
}

}  // namespace minato::gateway

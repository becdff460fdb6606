#include "gateway/filters/transcoder/transcoded_reply.h"

#include <algorithm>

#include <google/protobuf/descriptor.h>

#include "gateway/grpc_wire.h"
#include "gateway/http_status.h"
#include "gateway/transcode/utf8.h"
#include "gateway/transcode/wire_fields.h"
#include "gateway/transcode/wire_to_json.h"

namespace minato::gateway {
namespace {

// Of one google.api.HttpBody in a stream. Envoy has no bound for it.
constexpr size_t kStreamedBytesMax = 64 << 20;
// What a google.api.HttpBody that is held whole may have beside its data.
constexpr size_t kHttpBodySlack = 64 << 10;

Status TooLarge() {
  return WithHttpStatus(
      ResourceExhausted("Response not transcoded because the transcoder's internal buffer size exceeds the "
                        "configured limit."),
      500);
}

// Of what Envoy's manager holds: a google.api.HttpBody, or the JSON of an error.
Status TooLargeBody() { return WithHttpStatus(ResourceExhausted("Internal Server Error"), 500); }

Status BadGateway(const Status& status) { return WithHttpStatus(status, 502); }

GrpcFrames::Flags FlagsOf(const TranscoderTables& tables, const Route& route) {
  if (tables.extensions().Has(config::Extension::kMessageCompression)) return GrpcFrames::Flags::kMayBeCompressed;
  return route.response_is_http_body ? GrpcFrames::Flags::kAtOnce : GrpcFrames::Flags::kChecked;
}

Status BadFlag(int flag) { return BadGateway(Internal("Unsupported gRPC frame flag: {}", flag)); }

// Where a line tells that the stream failed, a message is one line.
JsonPrintOptions PrintOf(const TranscoderTables& tables, const Route& route) {
  JsonPrintOptions print = tables.print();
  const bool in_lines = route.method->server_streaming() && tables.config().stream_framing != StreamFraming::kArray;
  if (in_lines && tables.extensions().Has(config::Extension::kStreamErrors)) {
    print.whitespace = JsonPrintOptions::Whitespace::kNone;
  }
  return print;
}

}  // namespace

TranscodedReply::TranscodedReply(const TranscoderTables& tables, const Route& route, size_t buffer_bytes_max)
    : route_(route),
      held_bytes_max_(std::max(size_t{tables.config().max_response_body_size.value_or(0)}, buffer_bytes_max)),
      bytes_max_(route.response_is_http_body ? held_bytes_max_
                                             : tables.config().max_response_body_size.value_or(buffer_bytes_max)),
      streams_(route.method->server_streaming()),
      framing_(tables.config().stream_framing),
      print_(PrintOf(tables, route)),
      frames_(FlagsOf(tables, route)) {}

Status TranscodedReply::Feed(std::string_view& piece) {
  begun_ = true;
  return route_.response_is_http_body ? FeedHttpBody(piece) : FeedJson(piece);
}

Status TranscodedReply::CheckLimit(size_t bytes) const { return bytes > bytes_max_ ? TooLarge() : OkStatus(); }

Status TranscodedReply::CheckError() const { return body_.size() > held_bytes_max_ ? TooLargeBody() : OkStatus(); }

Status TranscodedReply::FeedJson(std::string_view& piece) {
  if (piece.empty()) return OkStatus();
  if (!std::exchange(counted_, false)) buffer_.Add(piece.size());
  if (has_message_ && !streams_) {  // further messages of a unary reply count for nothing but the limit
    piece = {};
    return CheckLimit(buffer_.held_bytes() + body_.size());
  }
  TRY(CheckLimit(buffer_.held_bytes()));
  for (;;) {
    switch (frames_.Next(piece)) {
      case GrpcFrames::Event::kMore:
        buffer_.WaitFor(frames_.held_bytes());
        return OkStatus();
      case GrpcFrames::Event::kError:
        return BadFlag(frames_.flag());
      case GrpcFrames::Event::kMessage: {
        TRY(const std::string_view message, Message());
        TRY(CheckLimit(kGrpcFrameHeadBytes + message.size()));  // it may have been compressed
        buffer_.ReadMessage(frames_.message().size(), piece.size());
        TRY(AppendJson(message));
        if (piece.empty()) return OkStatus();
        if (!streams_) {  // what came with it has been counted
          piece = {};
          return OkStatus();
        }
        counted_ = SendsFirst();
        if (counted_) return OkStatus();
        break;
      }
    }
  }
}

StatusOr<std::string_view> TranscodedReply::Message() {
  if (!frames_.compressed()) return frames_.message();
  const bool is_http_body = route_.response_is_http_body;
  const size_t bytes_max = !is_http_body ? bytes_max_ : streams_ ? kStreamedBytesMax : bytes_max_ + kHttpBodySlack;
  const Status decompressed = encoding_.Decompress(frames_.message(), bytes_max, decompressed_);
  switch (decompressed.code()) {
    case StatusCode::kOk: return std::string_view(decompressed_);
    case StatusCode::kResourceExhausted: return is_http_body ? TooLargeBody() : TooLarge();
    case StatusCode::kFailedPrecondition: return BadFlag(frames_.flag());
    case StatusCode::kUnimplemented:
      return BadGateway(Internal("Unsupported gRPC message encoding: {}", encoding_.name()));
    default: return BadGateway(Internal("Compressed gRPC message {}", MessageOf(decompressed)));
  }
}

Status TranscodedReply::AppendJson(std::string_view message) {
  const size_t before = body_.size();
  if (streams_) body_ += BeforeMessage(framing_, !has_message_);
  const FieldPath& field = route_.response_body_field;
  const Status printed = field.empty() ? WireToJson(*route_.response, message, print_, body_)
                                       : WireFieldToJson(field, message, print_, body_);
  if (!printed.ok()) {
    body_.resize(before);
    return BadGateway(printed);
  }
  if (streams_) body_ += AfterMessage(framing_);
  has_message_ = true;
  return OkStatus();
}

Status TranscodedReply::FeedHttpBody(std::string_view& piece) {
  const std::string_view data = piece;
  const size_t begin = body_.size();
  bool taken = false;
  bool came_empty = false;
  GrpcFrames::Event event = frames_.Next(piece);
  for (; event == GrpcFrames::Event::kMessage; event = frames_.Next(piece)) {
    TRY(const std::string_view message, Message());
    if (message.empty()) {
      came_empty = true;
      continue;
    }
    // Of several messages that come together a unary reply takes the first; a stream has the type of its first.
    if (!streams_ && std::exchange(taken, true)) continue;
    const bool is_first = !std::exchange(has_message_, true);
    const auto http_body = ReadHttpBody(route_.response_body_field, message);
    if (!http_body.ok()) return DataLoss("{}", MessageOf(http_body.status()));
    if (Utf8Prefix(http_body->content_type) != http_body->content_type.size()) {
      return DataLoss("the content type of a google.api.HttpBody is not UTF-8");
    }
    if (is_first && streams_ && waited_ && http_body->data.size() > bytes_max_) return TooLargeBody();
    if (is_first || !streams_) http_body_type_.emplace(http_body->content_type);
    body_ += http_body->data;
    if (streams_ && SendsFirst()) return OkStatus();
  }
  if (event == GrpcFrames::Event::kError) {
    if (frames_.flags() == GrpcFrames::Flags::kMayBeCompressed) return BadFlag(frames_.flag());
    // As in Envoy: what it cannot read stays where it is, and goes on in front of what it could read of it.
    body_.insert(begin, data);
    piece = {};
    frames_.BeginAgain();
  }
  has_message_ = has_message_ || came_empty;
  waited_ = !has_message_;
  const size_t held_max = streams_ && has_message_ ? kStreamedBytesMax : bytes_max_ + kHttpBodySlack;
  const bool too_large = frames_.held_bytes() > held_max || (!streams_ && body_.size() > bytes_max_);
  return too_large ? TooLargeBody() : OkStatus();
}

Status TranscodedReply::Finish() {
  if (route_.response_is_http_body) return OkStatus();
  if (streams_ || !has_message_) {
    const Status ended = frames_.End();
    if (!ended.ok()) return BadGateway(ended);
  }
  if (streams_) body_ += AfterStream(framing_, !has_message_);
  return OkStatus();
}

StreamEnd TranscodedReply::Fail(std::string_view error_json) {
  if (is_http_body()) return StreamEnd::kCut;
  return AppendStreamError(framing_, !has_message_, error_json, body_);
}

}  // namespace minato::gateway

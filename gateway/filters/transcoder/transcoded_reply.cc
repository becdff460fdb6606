#include "gateway/filters/transcoder/transcoded_reply.h"

#include <algorithm>

#include <google/protobuf/descriptor.h>

#include "gateway/http_status.h"
#include "gateway/transcode/wire_fields.h"
#include "gateway/transcode/wire_to_json.h"

namespace minato::gateway {
namespace {

Status TooLarge() {
  return WithHttpStatus(
      ResourceExhausted("Response not transcoded because the transcoder's internal buffer size exceeds the "
                        "configured limit."),
      500);
}

Status BadGateway(const Status& status) { return WithHttpStatus(status, 502); }

size_t BytesMax(const config::GrpcJsonTranscoder& config, const Route& route, size_t buffer_bytes_max) {
  const size_t own = config.max_response_body_size.value_or(buffer_bytes_max);
  return route.response_is_http_body ? std::max(own, buffer_bytes_max) : own;
}

}  // namespace

TranscodedReply::TranscodedReply(const TranscoderTables& tables, const Route& route, size_t buffer_bytes_max)
    : tables_(tables),
      route_(route),
      bytes_max_(BytesMax(tables.config(), route, buffer_bytes_max)),
      streams_(route.method->server_streaming()),
      framing_(tables.config().stream_framing),
      content_type_(streams_ && framing_ == Framing::kSse ? "text/event-stream" : "application/json") {}

Status TranscodedReply::Feed(std::string_view piece) {
  begun_ = true;
  return route_.response_is_http_body ? FeedHttpBody(piece) : FeedJson(piece);
}

Status TranscodedReply::FeedJson(std::string_view piece) {
  if (has_message_ && !streams_) return OkStatus();  // further messages of a unary reply count for nothing
  for (;;) {
    switch (frames_.Next(piece)) {
      case GrpcFrames::Event::kMore:
        return frames_.held_bytes() > bytes_max_ ? TooLarge() : OkStatus();
      case GrpcFrames::Event::kError:
        return BadGateway(Internal("Unsupported gRPC frame flag: {}", frames_.flag()));
      case GrpcFrames::Event::kMessage:
        if (kGrpcFrameHeaderBytes + frames_.message().size() > bytes_max_) return TooLarge();
        TRY(AppendJson(frames_.message()));
        if (!streams_) return OkStatus();
        break;
    }
  }
}

Status TranscodedReply::AppendJson(std::string_view message) {
  const size_t before = body_.size();
  if (streams_) {
    if (framing_ == Framing::kArray) body_ += has_message_ ? ',' : '[';
    if (framing_ == Framing::kSse) body_ += "data: ";
  }
  const Status printed = WireToJson(*route_.response, message, tables_.print(), body_);
  if (!printed.ok()) {
    body_.resize(before);
    return BadGateway(printed);
  }
  if (streams_ && framing_ == Framing::kNewline) body_ += '\n';
  if (streams_ && framing_ == Framing::kSse) body_ += "\n\n";
  has_message_ = true;
  return OkStatus();
}

Status TranscodedReply::FeedHttpBody(std::string_view piece) {
  bool taken = false;
  for (;;) {
    const GrpcFrames::Event event = frames_.Next(piece);
    if (event != GrpcFrames::Event::kMessage) break;
    const bool is_first = !std::exchange(has_message_, true);
    if (frames_.message().empty()) continue;
    const auto http_body = ReadHttpBody(route_.response_body_field, frames_.message());
    if (!http_body.ok()) return DataLoss("{}", MessageOf(http_body.status()));
    // Of several messages that come together a unary reply takes the first; a stream has the type of its first.
    if (!streams_ && std::exchange(taken, true)) continue;
    if (is_first || !streams_) content_type_ = http_body->content_type;
    body_ += http_body->data;
  }
  const size_t held = frames_.held_bytes() + (streams_ ? 0 : body_.size());
  if (held > bytes_max_) return WithHttpStatus(ResourceExhausted("Internal Server Error"), 500);
  return OkStatus();
}

Status TranscodedReply::Finish() {
  if (route_.response_is_http_body) return OkStatus();
  if (streams_ || !has_message_) {
    const Status ended = frames_.End();
    if (!ended.ok()) return BadGateway(ended);
  }
  if (streams_ && framing_ == Framing::kArray) body_ += has_message_ ? "]" : "[]";
  return OkStatus();
}

}  // namespace minato::gateway

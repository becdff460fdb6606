#include "gateway/filters/transcoder/transcoded_request.h"

#include <algorithm>

#include <google/protobuf/descriptor.h>

#include "gateway/filters/transcoder/grpc_frames.h"
#include "gateway/filters/transcoder/unknown_query.h"
#include "gateway/grpc_wire.h"
#include "gateway/http_status.h"
#include "gateway/strict_request.h"
#include "gateway/transcode/wire_fields.h"
#include "gateway/update_mask.h"
#include "gateway/upstream/grpc_request.h"

namespace minato::gateway {
namespace {

// Of one message, over all the pieces it comes in. Envoy bounds what comes at once, which bounds no body.
constexpr size_t kMessageBytesMax = 64 << 20;
// A longer piece of a streamed google.api.HttpBody becomes several messages.
constexpr size_t kRawMessageBytesMax = 1 << 20;

}  // namespace

TranscodedRequest::TranscodedRequest(const TranscoderTables& tables, const Route& route, UrlBindings url,
                                     const RequestHead& client, size_t buffer_bytes_max)
    : route_(route),
      client_(client),
      piece_bytes_max_(tables.config().max_request_body_size.value_or(buffer_bytes_max)),
      frame_bytes_max_(std::max(piece_bytes_max_, buffer_bytes_max)),
      streams_(route.method->client_streaming()),
      takes_no_body_(tables.extensions().Has(config::Extension::kStrictBodies) && route.body.empty() &&
                     !route.body_is_http_body),
      fills_mask_(tables.extensions().Has(config::Extension::kUpdateMask) && !streams_),
      json_{route.request, route.body_field, std::move(url.bindings), tables.read()},
      url_{{}, std::move(url.unknown)} {}

Status TranscodedRequest::TooLarge() const {
  return WithHttpStatus(
      ResourceExhausted(
          "Request rejected because the transcoder's internal buffer size exceeds the configured limit."),
      413);
}

StatusOr<std::string_view> TranscodedRequest::Feed(std::string_view piece, size_t came_at_once) {
  frames_.clear();
  TRY(CheckBody(piece));
  TRY(route_.body_is_http_body ? FeedRaw(piece) : FeedJson(piece, came_at_once));
  return frames_;
}

StatusOr<std::string_view> TranscodedRequest::Finish() {
  if (!streams_ && !body_.has_value() && !route_.body_is_http_body) return Whole({});
  frames_.clear();
  if (takes_no_body_) {
    TRY(AppendBindings());
  } else if (!route_.body_is_http_body) {
    TRY(FinishJson());
  } else if (!streams_) {
    TRY(AppendWholeRaw(raw_));
  } else if (!raw_begun_) {
    TRY(AppendRaw({}));
  }
  return frames_;
}

StatusOr<std::string_view> TranscodedRequest::Whole(std::string_view body) {
  TRY(CheckBody(body));
  if (body.size() > piece_bytes_max_) return TooLarge();
  frames_.clear();
  if (route_.body_is_http_body) {
    TRY(AppendWholeRaw(body));
    return frames_;
  }
  frames_.resize(kGrpcFrameHeadBytes);
  if (fills_mask_) FillUpdateMask(route_, body, json_);
  TRY(JsonToWire(json_, body, frames_));
  CloseGrpcFrame(frames_);
  return frames_;
}

Status TranscodedRequest::CheckBody(std::string_view piece) const {
  return takes_no_body_ && !piece.empty() ? TakesNoBody(route_) : OkStatus();
}

Status TranscodedRequest::AppendBindings() {
  frames_.resize(kGrpcFrameHeadBytes);
  TRY(BindingsToWire(json_, frames_));
  CloseGrpcFrame(frames_);
  return OkStatus();
}

Status TranscodedRequest::FeedRaw(std::string_view piece) {
  if (!streams_) {
    if (raw_.size() + piece.size() > piece_bytes_max_) return TooLarge();
    raw_.append(piece);
    return OkStatus();
  }
  while (!piece.empty()) {
    TRY(AppendRaw(piece.substr(0, kRawMessageBytesMax)));
    piece.remove_prefix(std::min(kRawMessageBytesMax, piece.size()));
  }
  return OkStatus();
}

// Bindings and the content type are the first message's; the captured query is every one's, as in Envoy.
Status TranscodedRequest::AppendRaw(std::string_view data) {
  const size_t begin = frames_.size();
  frames_.append(kGrpcFrameHeadBytes, '\0');
  std::string content_type;
  if (!raw_begun_) {
    TRY(JsonToWire(json_, "", frames_));
    content_type = ContentTypeOf(client_);
    raw_extension_ = UnknownQueryParamsAny(url_.unknown);
  }
  raw_begun_ = true;
  frames_ += HttpBodyPrefix(route_.http_body_field, content_type, data.size(), raw_extension_);
  frames_ += data;
  CloseGrpcFrame(frames_, begin);
  return OkStatus();
}

Status TranscodedRequest::AppendWholeRaw(std::string_view data) {
  TRY(AppendRaw(data));
  refused_at_end_ = frames_.size() > frame_bytes_max_;
  return refused_at_end_ ? WithHttpStatus(ResourceExhausted("Payload Too Large"), 413) : OkStatus();
}

Status TranscodedRequest::FeedJson(std::string_view piece, size_t came_at_once) {
  unfinished_bytes_ += piece.size();
  if (came_at_once > piece_bytes_max_ || unfinished_bytes_ > kMessageBytesMax) return TooLarge();
  if (!body_.has_value()) body_.emplace(json_, streams_ ? JsonBody::Shape::kArray : JsonBody::Shape::kMessage);
  messages_.clear();
  TRY(body_->Feed(piece, messages_));
  if (!messages_.empty()) unfinished_bytes_ = 0;
  for (const std::string& message : messages_) AppendGrpcFrame(frames_, message);
  return OkStatus();
}

Status TranscodedRequest::FinishJson() {
  if (!body_.has_value()) body_.emplace(json_, streams_ ? JsonBody::Shape::kArray : JsonBody::Shape::kMessage);
  messages_.clear();
  if (fills_mask_) FillUpdateMask(route_, body_->held(), json_);
  TRY(body_->Finish(messages_));
  for (const std::string& message : messages_) AppendGrpcFrame(frames_, message);
  return OkStatus();
}

}  // namespace minato::gateway

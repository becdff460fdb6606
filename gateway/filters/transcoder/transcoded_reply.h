// The body of a gRPC reply, turned into what the client is sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/filters/transcoder/envoy_buffer.h"
#include "gateway/filters/transcoder/grpc_frames.h"
#include "gateway/filters/transcoder/transcoder_tables.h"
#include "gateway/grpc_encoding.h"
#include "gateway/stream_framing.h"

namespace minato::gateway {

// Errors are Envoy's: their message is the body, HttpStatusOf the status, where the client has not been sent a head
// yet. DATA_LOSS: there is no such answer, the stream is reset.
class TranscodedReply {
 public:
  // Both must outlive it. `buffer_bytes_max`: of StreamBuffers.
  TranscodedReply(const TranscoderTables& tables, const Route& route, size_t buffer_bytes_max);

  // As the head's grpc-encoding says; before the first piece. Messages are only decompressed with message_compression.
  void set_encoding(std::string_view encoding) { encoding_ = GrpcEncoding(encoding); }
  // Takes `piece`, a DATA frame, and appends to body() what it completes. A part of it is left if body() is to be sent
  // first: a few bytes may decompress to many. After an error body() has the messages in front of it.
  Status Feed(std::string_view& piece);
  // The gRPC body has ended: appends what closes the stream.
  Status Finish();
  // Whether body(), which is the JSON of an error, is within bounds.
  Status CheckError() const;
  // Instead of Finish, and after an error of Feed: appends what tells that the stream failed. A google.api.HttpBody has
  // no place for that, and can only be cut.
  StreamEnd Fail(std::string_view error_json);

  // What the client has not been sent; the caller takes it.
  std::string& body() { return body_; }
  // Whether anything came.
  bool begun() const { return begun_; }
  // Whether a message came, though it may have been empty.
  bool has_message() const { return has_message_; }
  bool streams() const { return streams_; }
  bool is_http_body() const { return route_.response_is_http_body; }
  // Whether the head goes to the client before the first message: it depends on none.
  bool goes_at_once() const { return streams_ && !route_.response_is_http_body; }
  // Of the messages; "application/json" before one says otherwise.
  std::string_view content_type() const {
    if (http_body_type_.has_value()) return *http_body_type_;
    return streams_ ? StreamContentType(framing_) : "application/json";
  }

 private:
  Status FeedJson(std::string_view& piece);
  Status FeedHttpBody(std::string_view& piece);
  bool SendsFirst() const { return frames_.compressed() && !body_.empty(); }
  Status AppendJson(std::string_view message);
  // The message that frames_ has, decompressed where it is compressed. A view until the next call.
  StatusOr<std::string_view> Message();
  Status CheckLimit(size_t bytes) const;

  const Route& route_;
  const size_t held_bytes_max_;  // of what is held whole whatever the transcoder's own limit is
  const size_t bytes_max_;
  const bool streams_;
  const StreamFraming framing_;
  const JsonPrintOptions print_;
  GrpcFrames frames_;
  GrpcEncoding encoding_;
  std::string decompressed_;
  std::string body_;
  std::optional<std::string> http_body_type_;
  EnvoyBuffer buffer_;
  bool counted_ = false;  // there, what is left of a piece
  bool begun_ = false;
  bool has_message_ = false;
  // A DATA frame of a google.api.HttpBody came that did not make the first message whole. Envoy's manager has stopped
  // then, and bounds what goes on.
  bool waited_ = false;
};

}  // namespace minato::gateway

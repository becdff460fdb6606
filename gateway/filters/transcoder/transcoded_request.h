// The body of a matched request, turned into gRPC frames as it comes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/filters/transcoder/transcoder_tables.h"
#include "gateway/front/request_head.h"
#include "gateway/routing/bindings.h"
#include "gateway/transcode/json_to_wire.h"

namespace minato::gateway {

// Errors are what the client is answered: their message is the body, HttpStatusOf the status.
class TranscodedRequest {
 public:
  // All must outlive it. `buffer_bytes_max`: of StreamBuffers.
  TranscodedRequest(const TranscoderTables& tables, const Route& route, UrlBindings url, const RequestHead& client,
                    size_t buffer_bytes_max);

  // The frames that `piece` completes. A view until the next call. `came_at_once`: the bytes of this piece and of those
  // in front of it for which nobody had to wait.
  StatusOr<std::string_view> Feed(std::string_view piece, size_t came_at_once);
  // The body has ended.
  StatusOr<std::string_view> Finish();
  // Both at once, for a method that takes one message.
  StatusOr<std::string_view> Whole(std::string_view body);
  // Whether what was refused is the frame of a body that had ended, which leaves an HTTP/1.1 connection as it is.
  bool refused_at_end() const { return refused_at_end_; }
  // Whether only the end of the body made it one that Finish refuses.
  bool cut_off() const { return !body_.has_value() || body_->cut_off(); }
  bool streams() const { return streams_; }
  bool reads_json() const { return !route_.body_is_http_body; }
  // Each piece that is fed becomes a message: the body is a stream of google.api.HttpBody.
  bool streams_pieces() const { return streams_ && route_.body_is_http_body; }

 private:
  Status CheckBody(std::string_view piece) const;
  Status FeedRaw(std::string_view piece);
  Status FeedJson(std::string_view piece, size_t came_at_once);
  Status FinishJson();
  // Appends a message of what the URL says.
  Status AppendBindings();
  // Appends a message of `data` as it is.
  Status AppendRaw(std::string_view data);
  // The same for a body that is one message: Envoy buffers its frame.
  Status AppendWholeRaw(std::string_view data);
  Status TooLarge() const;

  const Route& route_;
  const RequestHead& client_;
  const size_t piece_bytes_max_;
  const size_t frame_bytes_max_;
  const bool streams_;
  const bool takes_no_body_;  // Extension::kStrictBodies, and the rule names none
  const bool fills_mask_;     // Extension::kUpdateMask
  JsonRequest json_;
  UrlBindings url_;  // without its bindings, which are json_'s
  std::optional<JsonBody> body_;         // made for the first piece
  std::vector<std::string> messages_;
  size_t unfinished_bytes_ = 0;  // fed since the last message became whole
  std::string raw_;              // of a unary google.api.HttpBody
  bool raw_begun_ = false;
  std::string raw_extension_;    // the captured query, for each message of it
  bool refused_at_end_ = false;
  std::string frames_;
};

}  // namespace minato::gateway

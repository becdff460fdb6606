#include "http/http2_server_stream.h"

namespace minato::http {
namespace {

constexpr size_t kKeptBytesMax = 4096;

void Empty(std::string& text) {
  text.clear();
  if (text.capacity() > kKeptBytesMax) text = std::string();
}

}  // namespace

void Http2ServerStream::Clear() {
  owner = nullptr;
  head_.Clear();
  request_trailers_.clear();
  trailer_bytes_ = 0;
  received_.Clear(kKeptBytesMax);
  Empty(answer_bytes_);
  answer_fields_.clear();
  answer_trailers_.clear();
  Empty(output_);
  output_begin_ = 0;
  sent_bytes_ = 0;
  sent_bytes_seen_ = kNotSeen;
  answer_ = Answer::kNone;
  body_ = Body::kOpen;
  announced_ = released_ = request_ended_ = answer_ended_ = closed_ = reset_by_us_ = deferred_ = false;
  tell_when_taken_ = false;
}

}  // namespace minato::http

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/data_frames.h"
#include "http/headers.h"
#include "http/http2_request_head.h"

namespace minato::http {

// One request on an HTTP/2 connection and what is to be sent in answer to it. Owned by its Http2Server.
class Http2ServerStream {
 public:
  const Http2RequestHead& head() const { return head_; }
  // The request has come to its end; `received_bytes` of its body were not taken yet.
  bool request_ended() const { return request_ended_; }
  size_t received_bytes() const { return received_.bytes(); }
  // Whether TakeFrame has one.
  bool has_frame() const { return !received_.empty(); }
  const Headers& request_trailers() const { return request_trailers_; }

  // Complete, or reset by either side: nothing more comes, nothing more goes.
  bool closed() const { return closed_; }
  // What was written and does not fit the client's windows or the connection yet.
  size_t unsent_bytes() const { return output_.size() - output_begin_; }

  // Whoever serves it.
  void* owner = nullptr;

 private:
  friend class Http2Server;

  enum class Answer : uint8_t {
    kNone,       // no head yet
    kWaiting,    // a head, for the next Send to submit
    kSubmitted,  // nghttp2 has it
  };
  enum class Body : uint8_t { kOpen, kEnded, kCut };

  struct Field {
    uint32_t name_size;
    uint32_t value_size;
  };

  static constexpr size_t kAnswerBytesAtFirst = 384;
  static constexpr uint64_t kNotSeen = UINT64_MAX;

  void AppendField(std::string_view name, std::string_view value) {
    if (answer_bytes_.empty()) answer_bytes_.reserve(kAnswerBytesAtFirst);
    answer_bytes_.append(name).append(value);
    answer_fields_.push_back({static_cast<uint32_t>(name.size()), static_cast<uint32_t>(value.size())});
  }
  void Clear();  // for another request; its memory stays, within bounds

  int32_t id_ = 0;
  size_t place_ = 0;  // in Http2Server::streams_
  Http2RequestHead head_;
  Headers request_trailers_;
  size_t trailer_bytes_ = 0;
  DataFrames received_;

  std::string answer_bytes_;  // names and values, one after the other
  std::vector<Field> answer_fields_;
  Headers answer_trailers_;
  std::string output_;
  size_t output_begin_ = 0;
  uint64_t sent_bytes_ = 0;
  uint64_t sent_bytes_seen_ = kNotSeen;  // at the last look for streams that stand still

  Answer answer_ = Answer::kNone;
  Body body_ = Body::kOpen;
  bool announced_ = false;  // Events::OnRequest
  bool released_ = false;
  bool request_ended_ = false;
  bool answer_ended_ = false;  // sent to its last frame
  bool closed_ = false;
  bool reset_by_us_ = false;
  bool deferred_ = false;  // nghttp2 waits for output
  bool tell_when_taken_ = false;
};

}  // namespace minato::http

#include "http/http2_client.h"

#include <algorithm>

#include <absl/container/inlined_vector.h>
#include <nghttp2/nghttp2.h>

#include "runtime/check.h"

namespace minato::http {
namespace {

// Frames that carry nothing and end nothing, one after another: a flood.
constexpr size_t kEmptyDataMax = 1;  // Envoy's max_consecutive_inbound_frames_with_empty_payload
constexpr size_t kSettingsMax = 1000;
// What nghttp2 may have to say about PING and SETTINGS while the peer does not read.
constexpr size_t kAcksWaitingMax = 1000;
// Of heads that wait to be sent: the memory for as much stays.
constexpr size_t kHeadBytesKept = 16 << 10;
// Of a request's body that is gone, before the rest is moved to the front.
constexpr size_t kSentBytesKept = 64 << 10;

std::string_view View(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

uint8_t* Bytes(std::string_view text) {
  return const_cast<uint8_t*>(reinterpret_cast<const uint8_t*>(text.data()));
}

nghttp2_nv Field(std::string_view name, std::string_view value, uint8_t flags = NGHTTP2_NV_FLAG_NONE) {
  return {Bytes(name), Bytes(value), name.size(), value.size(), flags};
}

// Fields whose values differ from call to call would only push others out of the peer's table.
constexpr std::array<std::string_view, 3> kDifferEachTime = {"x-request-id", "traceparent", "grpc-timeout"};

}  // namespace

Http2ClientStream::~Http2ClientStream() { CHECK(id_ == 0, "a stream ended that its session still knows"); }

// What nghttp2 calls.
struct Http2Client::Callbacks {
  static Http2Client& Self(void* user_data) { return *static_cast<Http2Client*>(user_data); }
  // What concerns a stream mostly comes together.
  static Http2ClientStream* Find(Http2Client& self, int32_t id) {
    if (self.recent_ == nullptr || self.recent_->id_ != id) {
      self.recent_ = static_cast<Http2ClientStream*>(nghttp2_session_get_stream_user_data(self.session_, id));
    }
    return self.recent_;
  }

  static int OnBeginHeaders(nghttp2_session*, const nghttp2_frame*, void* user_data) {
    Http2Client& self = Self(user_data);
    self.fields_.clear();
    self.field_bytes_ = 0;
    self.status_ = 0;
    return 0;
  }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                      const uint8_t* value, size_t value_size, uint8_t, void* user_data) {
    Http2Client& self = Self(user_data);
    if (name_size > 0 && name[0] == ':') {
      // nghttp2 lets only ":status" through, with three digits.
      self.status_ = value_size == 3 ? (value[0] - '0') * 100 + (value[1] - '0') * 10 + (value[2] - '0') : 0;
      self.field_bytes_ += name_size + value_size;
      return 0;
    }
    self.field_bytes_ += name_size + value_size;
    const bool bounded = self.field_bytes_ <= self.options_.head_bytes_max &&
                         self.fields_.size() + (self.status_ != 0) < self.options_.head_fields_max;
    if (!bounded) {
      if (Http2ClientStream* const stream = Find(self, frame->hd.stream_id)) stream->remote_reset_ = true;
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;  // resets the stream
    }
    self.fields_.AddLowered(View(name, name_size), View(value, value_size));  // nghttp2 lets no other through
    return 0;
  }

  static int OnData(nghttp2_session* session, uint8_t, int32_t id, const uint8_t* data, size_t size, void* user_data) {
    Http2Client& self = Self(user_data);
    self.settings_ = 0;
    Http2ClientStream* const stream = Find(self, id);
    if (stream != nullptr) {
      stream->OnData(View(data, size));
    } else {
      nghttp2_session_consume(session, id, size);
    }
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    Http2Client& self = Self(user_data);
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        self.empty_data_ = 0;
        self.settings_ = 0;
        if (Http2ClientStream* const stream = Find(self, frame->hd.stream_id)) {
          return self.HeadersArrived(*stream, ends);
        }
        return 0;
      case NGHTTP2_DATA:
        if (Http2ClientStream* const stream = Find(self, frame->hd.stream_id)) {
          stream->OnDataFrame();
          if (ends) {
            stream->answered_ = true;
            stream->OnEnd({});
          }
        }
        if (ends || frame->hd.length > frame->data.padlen) {
          self.empty_data_ = 0;
          return 0;
        }
        return self.Bound(++self.empty_data_, kEmptyDataMax, "too many DATA frames without content");
      case NGHTTP2_RST_STREAM:
        if (Http2ClientStream* const stream = Find(self, frame->hd.stream_id)) stream->remote_reset_ = true;
        return 0;
      case NGHTTP2_SETTINGS:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) {
          self.settled_ = true;
          self.streams_max_ = std::min<size_t>(
              self.options_.streams_max,
              nghttp2_session_get_remote_settings(self.session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS));
        }
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) return 0;
        return self.Bound(++self.settings_, kSettingsMax, "too many SETTINGS");
      case NGHTTP2_GOAWAY:
        self.goaway_ = true;
        return 0;
      default:
        return 0;
    }
  }

  static int OnFrameSent(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    Http2Client& self = Self(user_data);
    if (frame->hd.type == NGHTTP2_HEADERS) self.head_sent_ = frame->hd.stream_id;
    if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR) {
      self.Fail(nghttp2_http2_strerror(frame->goaway.error_code));
    }
    return 0;
  }

  static int OnStreamClose(nghttp2_session*, int32_t id, uint32_t error_code, void* user_data) {
    Http2Client& self = Self(user_data);
    Http2ClientStream* const stream = Find(self, id);
    if (stream == nullptr) return 0;
    Http2StreamEnd end = Http2StreamEnd::kProtocolError;
    if (stream->answered_) {
      end = Http2StreamEnd::kComplete;
    } else if (stream->remote_reset_ || (error_code == NGHTTP2_REFUSED_STREAM && !self.failed_)) {
      end = Http2StreamEnd::kRemoteReset;
    }
    self.Close(*stream, end, error_code);
    return 0;
  }

  static ssize_t ReadBody(nghttp2_session* session, int32_t id, uint8_t*, size_t size_max, uint32_t* flags,
                          nghttp2_data_source*, void* user_data) {
    Http2ClientStream* const found = Find(Self(user_data), id);
    if (found == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    Http2ClientStream& stream = *found;
    const size_t waiting = stream.unsent();
    if (waiting == 0 && !stream.body_ended_) {
      stream.waits_for_body_ = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    const size_t size = std::min(waiting, size_max);
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (size == waiting && stream.body_ended_) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (!stream.trailers_.empty()) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        absl::InlinedVector<nghttp2_nv, 8> fields;
        for (const HeaderField field : stream.trailers_) fields.push_back(Field(field.name, field.value));
        nghttp2_submit_trailer(session, id, fields.data(), fields.size());
      }
    }
    return static_cast<ssize_t>(size);
  }

  static int SendBody(nghttp2_session*, nghttp2_frame* frame, const uint8_t* head, size_t size,
                      nghttp2_data_source*, void* user_data) {
    constexpr size_t kFrameHeadBytes = 9;
    Http2Client& self = Self(user_data);
    Http2ClientStream* const found = Find(self, frame->hd.stream_id);
    if (found == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    Http2ClientStream& stream = *found;
    std::string& out = *self.out_;
    out.append(View(head, kFrameHeadBytes));
    out.append(stream.body_, stream.body_begin_, size);
    stream.body_begin_ += size;
    if (stream.unsent() == 0) {
      stream.body_.clear();
      stream.body_begin_ = 0;
    } else if (stream.body_begin_ >= kSentBytesKept) {
      stream.body_.erase(0, stream.body_begin_);
      stream.body_begin_ = 0;
    }
    stream.OnSent();
    return out.size() >= self.out_bytes_max_ ? NGHTTP2_ERR_PAUSE : 0;
  }

  static nghttp2_session_callbacks* Make() {
    nghttp2_session_callbacks* callbacks = nullptr;
    CHECK(nghttp2_session_callbacks_new(&callbacks) == 0, "out of memory");
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, &OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, &OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &OnData);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &OnFrame);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, &OnFrameSent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &OnStreamClose);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, &SendBody);
    return callbacks;
  }

  static nghttp2_option* MakeOption() {
    nghttp2_option* option = nullptr;
    CHECK(nghttp2_option_new(&option) == 0, "out of memory");
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_option_set_no_closed_streams(option, 1);
    nghttp2_option_set_max_outbound_ack(option, kAcksWaitingMax);
    // gRPC servers leave spaces in grpc-message as they are, at its ends, too.
    nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(option, 1);
    // Http2Client holds to the peer's limit by itself.
    nghttp2_option_set_peer_max_concurrent_streams(option, UINT32_MAX);
    return option;
  }
};

Http2Client::Http2Client(const Http2ClientOptions& options) : options_(options) {
  static const nghttp2_session_callbacks* const callbacks = Callbacks::Make();
  static const nghttp2_option* const option = Callbacks::MakeOption();
  CHECK(nghttp2_session_client_new2(&session_, callbacks, this, option) == 0, "out of memory");
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.stream_window_bytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<uint32_t>(options.head_bytes_max)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},  // RFC 9218, 2.1: we send none, and nghttp2 keeps no tree of them
  };
  const int submitted = nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  CHECK(submitted == 0, "SETTINGS: {}", nghttp2_strerror(submitted));
  const int widened = nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                                            static_cast<int32_t>(options.connection_window_bytes));
  CHECK(widened == 0, "connection window: {}", nghttp2_strerror(widened));
}

Http2Client::~Http2Client() {
  Abandon(Http2StreamEnd::kConnectionGone);
  nghttp2_session_del(session_);
}

Status Http2Client::Feed(std::string_view bytes) {
  if (!failed_) {
    const ssize_t taken = nghttp2_session_mem_recv(session_, Bytes(bytes), bytes.size());
    if (taken < 0) Fail(nghttp2_strerror(static_cast<int>(taken)));
  }
  if (failed_) return Unavailable("HTTP/2: {}", failure_);
  return OkStatus();
}

bool Http2Client::Produce(std::string& out, size_t bytes_max) {
  out.append(heads_);
  heads_.clear();
  if (heads_.capacity() > kHeadBytesKept) heads_ = std::string();
  while (out.size() < bytes_max) {
    if (!ProduceFrame(out, bytes_max)) return false;
  }
  return nghttp2_session_want_write(session_) != 0;
}

bool Http2Client::ProduceFrame(std::string& out, size_t bytes_max) {
  out_ = &out;
  out_bytes_max_ = bytes_max;
  const size_t before = out.size();
  const uint8_t* data = nullptr;
  const ssize_t size = nghttp2_session_mem_send(session_, &data);
  out_ = nullptr;
  if (size < 0) Fail(nghttp2_strerror(static_cast<int>(size)));
  if (size > 0) out.append(View(data, static_cast<size_t>(size)));
  return size >= 0 && out.size() > before;  // bodies were appended by SendBody
}

bool Http2Client::WantsToProduce() const { return !heads_.empty() || nghttp2_session_want_write(session_) != 0; }

void Http2Client::Submit(Http2ClientStream& stream, const Request& request, bool ends) {
  CHECK(CanSubmit() && stream.id_ == 0, "a stream that the session cannot take");
  // Nothing is copied: the head is encoded below.
  constexpr uint8_t kNoCopy = NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE;
  absl::InlinedVector<nghttp2_nv, 32> fields;
  fields.reserve(4 + request.headers.size());
  fields.push_back(Field(":method", request.method, kNoCopy));
  fields.push_back(Field(":scheme", request.scheme, kNoCopy));
  if (request.authority.data() != nullptr) fields.push_back(Field(":authority", request.authority, kNoCopy));
  fields.push_back(Field(":path", request.path, kNoCopy));
  for (const auto& [name, value] : request.headers) fields.push_back(Field(name, value, kNoCopy | IndexingOf(name)));
  nghttp2_data_provider body{.source = {.ptr = nullptr}, .read_callback = &Callbacks::ReadBody};
  const int32_t id =
      nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(), ends ? nullptr : &body, &stream);
  CHECK(id > 0 || id == NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE, "submit: {}", nghttp2_strerror(id));
  if (id < 0) {
    // The numbers of this connection are used up.
    goaway_ = true;
    stream.OnClosed(Http2StreamEnd::kRemoteReset, NGHTTP2_REFUSED_STREAM);
    return;
  }
  stream.id_ = id;
  stream.body_ended_ = ends;
  Link(stream);
  while (head_sent_ != id && stream.id_ == id && ProduceFrame(heads_, 0)) {
  }
  if (head_sent_ == id || stream.id_ != id) return;
  // nghttp2 gave up. It must not come back to the head, which holds no longer than this call.
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  Close(stream, failed_ ? Http2StreamEnd::kProtocolError : Http2StreamEnd::kRemoteReset, NGHTTP2_REFUSED_STREAM);
}

// The first value of such a field goes into the table all the same: from then on its name is a number.
uint8_t Http2Client::IndexingOf(std::string_view name) {
  for (size_t i = 0; i < kDifferEachTime.size(); ++i) {
    if (name != kDifferEachTime[i]) continue;
    const bool name_known = std::exchange(name_in_table_[i], true);
    return name_known ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE;
  }
  return NGHTTP2_NV_FLAG_NONE;
}

void Http2Client::Write(Http2ClientStream& stream, std::string_view piece) {
  if (stream.id_ == 0) return;
  stream.body_.append(piece);
  if (std::exchange(stream.waits_for_body_, false)) nghttp2_session_resume_data(session_, stream.id_);
}

void Http2Client::End(Http2ClientStream& stream, const Headers& trailers) {
  if (stream.id_ == 0) return;
  stream.body_ended_ = true;
  stream.trailers_ = trailers;
  if (std::exchange(stream.waits_for_body_, false)) nghttp2_session_resume_data(session_, stream.id_);
}

void Http2Client::Consume(const Http2ClientStream& stream, size_t bytes) {
  if (stream.id_ == 0) return Discard(bytes);
  nghttp2_session_consume(session_, stream.id_, bytes);
}

void Http2Client::Discard(size_t bytes) {
  if (bytes > 0) nghttp2_session_consume_connection(session_, bytes);
}

void Http2Client::Reset(Http2ClientStream& stream, uint32_t error_code) {
  if (stream.id_ == 0) return;
  nghttp2_session_set_stream_user_data(session_, stream.id_, nullptr);
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id_, error_code);
  Unlink(stream);
}

void Http2Client::SayGoodbye() { nghttp2_session_terminate_session(session_, NGHTTP2_NO_ERROR); }

void Http2Client::Abandon(Http2StreamEnd end) {
  while (first_ != nullptr) Close(*first_, end, NGHTTP2_NO_ERROR);
}

void Http2Client::Link(Http2ClientStream& stream) {
  stream.previous_ = nullptr;
  stream.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &stream;
  first_ = &stream;
  ++streams_;
}

void Http2Client::Unlink(Http2ClientStream& stream) {
  (stream.previous_ == nullptr ? first_ : stream.previous_->next_) = stream.next_;
  if (stream.next_ != nullptr) stream.next_->previous_ = stream.previous_;
  stream.id_ = 0;
  if (recent_ == &stream) recent_ = nullptr;
  --streams_;
}

void Http2Client::Close(Http2ClientStream& stream, Http2StreamEnd end, uint32_t error_code) {
  nghttp2_session_set_stream_user_data(session_, stream.id_, nullptr);
  Unlink(stream);
  if (stream.answered_) end = Http2StreamEnd::kComplete;
  stream.OnClosed(end, error_code);
}

void Http2Client::Fail(std::string_view why) {
  if (std::exchange(failed_, true)) return;
  failure_ = why;
}

int Http2Client::Bound(size_t count, size_t count_max, std::string_view why) {
  if (count <= count_max) return 0;
  Fail(why);
  return NGHTTP2_ERR_CALLBACK_FAILURE;
}

int Http2Client::HeadersArrived(Http2ClientStream& stream, bool ends) {
  if (ends) stream.answered_ = true;
  if (status_ == 0) {
    stream.OnEnd(std::move(fields_));
  } else if (status_ >= 200 || ++stream.informational_heads_ <= options_.informational_heads_max) {
    stream.OnHead(status_, std::move(fields_), ends);
  } else {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id_, NGHTTP2_ENHANCE_YOUR_CALM);
    Close(stream, Http2StreamEnd::kProtocolError, NGHTTP2_ENHANCE_YOUR_CALM);
  }
  fields_.clear();
  return 0;
}

}  // namespace minato::http

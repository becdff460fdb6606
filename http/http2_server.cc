#include "http/http2_server.h"

#include <charconv>

#include <absl/container/inlined_vector.h>
#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include "http/http1_chars.h"
#include "http/http2_server_callbacks.h"

namespace minato::http {

const std::string_view kHttp2Preface(NGHTTP2_CLIENT_MAGIC, NGHTTP2_CLIENT_MAGIC_LEN);

namespace {

// What may stand in a response: nghttp2 sends whatever it is given.
bool IsFieldText(std::string_view value) {
  const char* const end = value.data() + value.size();
  return FindNonFieldValue(value.data(), end) == end;
}

nghttp2_nv Field(std::string_view name, std::string_view value, uint8_t flags) {
  return {.name = reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
          .value = reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())),
          .namelen = name.size(),
          .valuelen = value.size(),
          .flags = flags};
}

using Fields = absl::InlinedVector<nghttp2_nv, 24>;

// The bytes of an answer's head and trailers stay in their stream until it is closed.
constexpr uint8_t kNoCopy = NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE;

// Of this thread's connections: the next request has the memory that the last one needed.
constexpr size_t kSpareStreamsMax = 128;
thread_local std::vector<std::unique_ptr<Http2ServerStream>> spare_streams;

}  // namespace

Http2Server::Http2Server(Events& events, const Http2Limits& limits, absl::Time now)
    : events_(events), limits_(limits), now_(now), guard_(limits, now) {
  session_ = Callbacks::NewSession(*this, limits_);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits_.concurrent_streams_max},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits_.stream_window_bytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<uint32_t>(limits_.head_bytes_max)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<int32_t>(limits_.connection_window_bytes));
}

Http2Server::~Http2Server() { nghttp2_session_del(session_); }

bool Http2Server::Receive(std::string_view input, absl::Time now) {
  now_ = now;
  const ssize_t taken =
      nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(input.data()), input.size());
  if (taken >= 0) {
    OpenConnectionWindow();
    return true;
  }
  uint32_t error = NGHTTP2_PROTOCOL_ERROR;
  if (taken == NGHTTP2_ERR_FLOODED) error = NGHTTP2_ENHANCE_YOUR_CALM;
  if (taken == NGHTTP2_ERR_NOMEM) error = NGHTTP2_INTERNAL_ERROR;
  Break(error, nghttp2_strerror(static_cast<int>(taken)));
  EndWith(fault_error_);
  return false;
}

void Http2Server::EndWith(uint32_t error) { nghttp2_session_terminate_session(session_, error); }

void Http2Server::EndOnMalformed() {
  Break(NGHTTP2_PROTOCOL_ERROR, "the client sent a malformed request");
  ended_ = true;
}

void Http2Server::Overdrawn(std::string_view what, size_t limit) {
  Break(NGHTTP2_ENHANCE_YOUR_CALM, fmt::format("the client sent too many {} (more than {})", what, limit));
}

void Http2Server::Break(uint32_t error, std::string fault) {
  if (!fault_.empty()) return;
  fault_error_ = error;
  fault_ = std::move(fault);
}

void Http2Server::Send(std::string& out, size_t bytes_max) {
  for (Http2ServerStream* const stream : to_submit_) Submit(*stream);
  to_submit_.clear();
  out_ = &out;
  out_bytes_max_ = out.size() + bytes_max;
  while (!ended_ && out.size() < out_bytes_max_) {
    const uint8_t* frame = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &frame);
    if (size < 0) ended_ = true;  // out of memory
    if (size <= 0) break;
    out.append(reinterpret_cast<const char*>(frame), static_cast<size_t>(size));
  }
  out_ = nullptr;
}

bool Http2Server::wants_to_send() const {
  return !ended_ && (!to_submit_.empty() || nghttp2_session_want_write(session_) != 0);
}

bool Http2Server::done() const {
  return ended_ || (to_submit_.empty() && nghttp2_session_want_read(session_) == 0 &&
                    nghttp2_session_want_write(session_) == 0);
}

Http2ServerStream& Http2Server::OpenStream(int32_t id) {
  if (spare_streams.empty()) {
    streams_.push_back(std::make_unique<Http2ServerStream>());
  } else {
    streams_.push_back(std::move(spare_streams.back()));
    spare_streams.pop_back();
  }
  Http2ServerStream& stream = *streams_.back();
  stream.id_ = id;
  stream.place_ = streams_.size() - 1;
  ++open_streams_;
  return stream;
}

void Http2Server::Close(Http2ServerStream& stream, uint32_t error) {
  stream.closed_ = true;
  if (arriving_ == &stream) arriving_ = nullptr;
  --open_streams_;
  Drop(stream);
  stream.output_.clear();
  stream.output_begin_ = 0;
  if (error == NGHTTP2_NO_ERROR) {
    guard_.resets.GiveBack(1);
  } else if (!stream.reset_by_us_ && !guard_.resets.Spend(now_)) {
    Overdrawn("streams that are reset", limits_.resets_max);
  }
  if (!stream.announced_ || stream.released_) {
    Recycle(stream);
  } else {
    events_.OnClosed(stream);
  }
}

void Http2Server::Release(Http2ServerStream& stream) {
  stream.released_ = true;
  stream.owner = nullptr;
  if (stream.closed_) {
    Recycle(stream);
    return;
  }
  Drop(stream);
  OpenConnectionWindow();
  CallOffRest(stream);
}

void Http2Server::Recycle(Http2ServerStream& stream) {
  if (stream.answer_ == Http2ServerStream::Answer::kWaiting) std::erase(to_submit_, &stream);
  const size_t place = stream.place_;
  std::swap(streams_[place], streams_.back());
  streams_[place]->place_ = place;
  std::unique_ptr<Http2ServerStream> over = std::move(streams_.back());
  streams_.pop_back();
  if (spare_streams.size() >= kSpareStreamsMax) return;
  over->Clear();
  spare_streams.push_back(std::move(over));
}

// RFC 9113, 8.1: a complete answer may come before the request is complete, and this is how to say that its rest is
// not wanted.
void Http2Server::CallOffRest(Http2ServerStream& stream) {
  if (!stream.released_ || !stream.answer_ended_ || stream.request_ended_ || stream.closed_) return;
  stream.reset_by_us_ = true;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id_, NGHTTP2_NO_ERROR);
}

void Http2Server::ResetStalled() {
  for (const auto& stream : streams_) {
    if (stream->closed_ || stream->unsent_bytes() == 0) {
      stream->sent_bytes_seen_ = Http2ServerStream::kNotSeen;
    } else if (stream->sent_bytes_seen_ != stream->sent_bytes_) {
      stream->sent_bytes_seen_ = stream->sent_bytes_;
    } else {
      stream->reset_by_us_ = true;
      nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream->id_, NGHTTP2_CANCEL);
    }
  }
}

std::string_view Http2Server::TakeFrame(Http2ServerStream& stream) {
  const std::string_view frame = stream.received_.Next();
  held_bytes_ -= frame.size();
  if (!stream.closed_) {
    nghttp2_session_consume_stream(session_, stream.id_, frame.size());
    OpenConnectionWindow();
  }
  return frame;
}

void Http2Server::Drop(Http2ServerStream& stream) {
  held_bytes_ -= stream.received_.bytes();
  stream.received_.Drop();
}

// nghttp2 would wait until half of the window has been consumed, for ever if streams that nobody reads hold the other
// half: then all others would stand still with them.
void Http2Server::OpenConnectionWindow() {
  const auto received = static_cast<size_t>(nghttp2_session_get_effective_recv_data_length(session_));
  const int32_t client_has = nghttp2_session_get_local_window_size(session_);
  const auto owed = static_cast<int32_t>(received - std::min(received, held_bytes_));
  if (owed == 0 || owed < client_has) return;
  nghttp2_submit_window_update(session_, NGHTTP2_FLAG_NONE, 0, owed);
}

void Http2Server::BeginAnswer(Http2ServerStream& stream, int status) {
  stream.answer_bytes_.clear();
  stream.answer_fields_.clear();
  char digits[12];
  const auto end = std::to_chars(digits, digits + sizeof(digits), status).ptr;
  stream.AppendField(":status", {digits, end});
}

bool Http2Server::AddHeader(Http2ServerStream& stream, std::string_view name, std::string_view value) {
  value = TrimOptionalWhitespace(value);
  if (!IsLowerToken(name) || !IsFieldText(value)) return false;
  stream.AppendField(name, value);
  return true;
}

void Http2Server::FinishHead(Http2ServerStream& stream) {
  if (stream.closed_) return;
  stream.answer_ = Http2ServerStream::Answer::kWaiting;
  to_submit_.push_back(&stream);
}

void Http2Server::Submit(Http2ServerStream& stream) {
  Fields fields;
  std::string_view rest = stream.answer_bytes_;
  for (const auto& [name_size, value_size] : stream.answer_fields_) {
    fields.push_back(Field(rest.substr(0, name_size), rest.substr(name_size, value_size), kNoCopy));
    rest.remove_prefix(name_size + value_size);
  }
  stream.answer_ = Http2ServerStream::Answer::kSubmitted;
  // A head that nothing follows is the end itself: a gRPC client takes no other for Trailers-Only.
  const bool head_only = stream.body_ == Http2ServerStream::Body::kEnded && stream.unsent_bytes() == 0 &&
                         stream.answer_trailers_.empty();
  const nghttp2_data_provider output{.source = {.ptr = &stream}, .read_callback = Callbacks::kReadOutput};
  nghttp2_submit_response(session_, stream.id_, fields.data(), fields.size(), head_only ? nullptr : &output);
}

void Http2Server::Write(Http2ServerStream& stream, std::string_view data) {
  if (stream.closed_ || data.empty()) return;
  if (stream.output_begin_ == stream.output_.size()) {
    stream.output_.clear();
    stream.output_begin_ = 0;
  }
  stream.output_.append(data);
  AnswerChanged(stream);
}

void Http2Server::End(Http2ServerStream& stream, const Headers& trailers) {
  if (stream.closed_) return;
  for (const HeaderField field : trailers) {
    const std::string_view value = TrimOptionalWhitespace(field.value);
    if (IsLowerToken(field.name) && IsFieldText(value)) stream.answer_trailers_.Add(field.name, value);
  }
  stream.body_ = Http2ServerStream::Body::kEnded;
  AnswerChanged(stream);
}

void Http2Server::Cut(Http2ServerStream& stream) {
  if (stream.closed_) return;
  stream.reset_by_us_ = true;
  stream.body_ = Http2ServerStream::Body::kCut;
  if (stream.answer_ == Http2ServerStream::Answer::kNone) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id_, NGHTTP2_INTERNAL_ERROR);
  } else {
    AnswerChanged(stream);
  }
}

void Http2Server::AnswerChanged(Http2ServerStream& stream) {
  if (!std::exchange(stream.deferred_, false)) return;
  nghttp2_session_resume_data(session_, stream.id_);
}

void Http2Server::SubmitTrailers(Http2ServerStream& stream) {
  Fields fields;
  for (const HeaderField field : stream.answer_trailers_) fields.push_back(Field(field.name, field.value, kNoCopy));
  nghttp2_submit_trailer(session_, stream.id_, fields.data(), fields.size());
}

void Http2Server::Continue(Http2ServerStream& stream) {
  if (stream.closed_) return;
  const nghttp2_nv status = Field(":status", "100", NGHTTP2_NV_FLAG_NONE);
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id_, nullptr, &status, 1, nullptr);
}

void Http2Server::BeginGoAway() {
  if (go_away_ != GoAway::kNo) return;
  go_away_ = GoAway::kBegun;
  nghttp2_submit_shutdown_notice(session_);
  // Its answer says that the client has read the notice.
  nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
}

void Http2Server::FinishGoAway() {
  if (go_away_ == GoAway::kDone) return;
  go_away_ = GoAway::kDone;
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

void Http2Server::Terminate() { EndWith(NGHTTP2_NO_ERROR); }

}  // namespace minato::http

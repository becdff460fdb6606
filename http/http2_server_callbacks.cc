#include "http/http2_server_callbacks.h"

#include <algorithm>

#include "runtime/check.h"

namespace minato::http {
namespace {

constexpr size_t kFrameHeadBytes = 9;

std::string_view Text(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

Http2Server& ServerOf(void* user) { return *static_cast<Http2Server*>(user); }

Http2ServerStream* StreamOf(nghttp2_session* session, int32_t id) {
  return static_cast<Http2ServerStream*>(nghttp2_session_get_stream_user_data(session, id));
}

}  // namespace

const nghttp2_data_source_read_callback Http2Server::Callbacks::kReadOutput = &ReadOutput;

nghttp2_session_callbacks* Http2Server::Callbacks::MakeTable() {
  nghttp2_session_callbacks* table = nullptr;
  CHECK(nghttp2_session_callbacks_new(&table) == 0);
  nghttp2_session_callbacks_set_on_begin_frame_callback(table, &OnBeginFrame);
  nghttp2_session_callbacks_set_on_begin_headers_callback(table, &OnBeginHeaders);
  nghttp2_session_callbacks_set_on_header_callback(table, &OnHeader);
  nghttp2_session_callbacks_set_on_invalid_header_callback(table, &OnInvalidHeader);
  nghttp2_session_callbacks_set_on_frame_recv_callback(table, &OnFrame);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(table, &OnInvalidFrame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, &OnData);
  nghttp2_session_callbacks_set_on_stream_close_callback(table, &OnClose);
  nghttp2_session_callbacks_set_send_data_callback(table, &SendData);
  nghttp2_session_callbacks_set_on_frame_send_callback(table, &OnSent);
  nghttp2_session_callbacks_set_on_frame_not_send_callback(table, &OnNotSent);
  return table;
}

nghttp2_session* Http2Server::Callbacks::NewSession(Http2Server& server, const Http2Limits& limits) {
  static nghttp2_session_callbacks* const table = MakeTable();
  nghttp2_option* option = nullptr;
  CHECK(nghttp2_option_new(&option) == 0);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_no_closed_streams(option, 1);  // they are kept for priorities, which we do not look at
  nghttp2_option_set_max_outbound_ack(option, limits.outbound_frames_max);
  // Ours sees resets that the client provokes, too, and spares a client that cancels some of many requests.
  constexpr uint64_t kNever = 1'000'000'000;
  // It counts the pieces in which a CONTINUATION's first bytes come, not the frames.
  nghttp2_option_set_max_continuations(option, kNever);
  nghttp2_option_set_stream_reset_rate_limit(option, kNever, kNever);
  nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(option, limits.passes_on ? 1 : 0);
  nghttp2_session* session = nullptr;
  CHECK(nghttp2_session_server_new2(&session, table, &server, option) == 0);
  nghttp2_option_del(option);
  return session;
}

int Http2Server::Callbacks::OnBeginFrame(nghttp2_session* session, const nghttp2_frame_hd* frame, void* user) {
  Http2Server& server = ServerOf(user);
  server.CheckStream(StreamOf(session, frame->stream_id), frame->stream_id, frame->type);
  switch (frame->type) {
    case NGHTTP2_HEADERS:
      server.in_head_ = true;
      server.header_frames_ = 1;
      server.guard_.control_frames.GiveBack(Http2FloodGuard::kControlFramesPerUsefulFrame);
      break;
    case NGHTTP2_CONTINUATION:
      if (++server.header_frames_ > server.limits_.header_frames_max) {
        server.Overdrawn("CONTINUATION frames", server.limits_.header_frames_max);
      }
      break;
    case NGHTTP2_DATA:
      server.in_head_ = false;
      break;
    default:
      server.in_head_ = false;
      if (!server.guard_.control_frames.Spend(server.now_)) {
        server.Overdrawn("frames that carry no request", server.limits_.control_frames_max);
      }
  }
  if (nghttp2_session_get_outbound_queue_size(session) > server.limits_.outbound_frames_max) {
    server.Overdrawn("frames without reading what they cause", server.limits_.outbound_frames_max);
  }
  return Verdict(server);
}

// What nghttp2 passes over although RFC 9113 calls it an error of the connection (5.1, 5.1.1, 6.3).
void Http2Server::CheckStream(const Http2ServerStream* stream, int32_t id, uint8_t type) {
  if (type == NGHTTP2_PRIORITY && id == 0) return Break(NGHTTP2_PROTOCOL_ERROR, "PRIORITY without a stream");
  if (type != NGHTTP2_HEADERS) return;
  if (id > last_id_) {
    last_id_ = id;
  } else if (stream == nullptr && id != 0 && go_away_ != GoAway::kDone && !ended_by_us_.MayGetHeads(id)) {
    Break(NGHTTP2_STREAM_CLOSED, "the client sent a head for a stream that has ended");
  }
}

int Http2Server::Callbacks::OnBeginHeaders(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
  Http2Server& server = ServerOf(user);
  const int32_t id = frame->hd.stream_id;
  if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
    server.arriving_ = StreamOf(session, id);
    return 0;
  }
  server.arriving_ = &server.OpenStream(id);
  nghttp2_session_set_stream_user_data(session, id, server.arriving_);
  return 0;
}

int Http2Server::Callbacks::OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                                     size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                                     void* user) {
  const Http2Server& server = ServerOf(user);
  Http2ServerStream* const stream = server.arriving_;
  if (stream == nullptr) return 0;
  const Http2Limits& limits = server.limits_;
  if (limits.underscores != Underscores::kKeep && Text(name, name_size).find('_') != std::string_view::npos) {
    return limits.underscores == Underscores::kDrop ? 0 : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }
  if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
    stream->head_.Add(Text(name, name_size), Text(value, value_size), limits);
    return 0;
  }
  stream->trailer_bytes_ += name_size + value_size;
  const bool too_many = limits.passes_on && stream->request_trailers_.size() >= limits.headers_max;
  if (too_many || stream->trailer_bytes_ > limits.trailer_bytes_max) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  stream->request_trailers_.Add(Text(name, name_size), Text(value, value_size));
  return 0;
}

// nghttp2 would leave the field out, and go on.
int Http2Server::Callbacks::OnInvalidHeader(nghttp2_session*, const nghttp2_frame*, const uint8_t*, size_t,
                                            const uint8_t*, size_t, uint8_t, void*) {
  return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;  // the stream is reset with PROTOCOL_ERROR
}

int Http2Server::Callbacks::OnFrame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
  Http2Server& server = ServerOf(user);
  const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  switch (frame->hd.type) {
    case NGHTTP2_SETTINGS:
      server.begun_ = true;
      break;
    case NGHTTP2_PING:
      if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0 && server.go_away_ == GoAway::kBegun) server.FinishGoAway();
      break;
    case NGHTTP2_HEADERS: {
      server.in_head_ = false;
      Http2ServerStream* const stream = StreamOf(session, frame->hd.stream_id);
      if (stream == nullptr) break;
      stream->request_ended_ = ends;
      if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        if (server.limits_.malformed_ends_connection && stream->head_.HasUserinfo()) {
          server.EndOnMalformed();
          break;
        }
        stream->head_.Finish(server.limits_);
        stream->announced_ = true;
        server.events_.OnRequest(*stream);
      } else if (!stream->released_) {
        server.events_.OnReceived(*stream);
      }
      break;
    }
    case NGHTTP2_DATA: {
      Http2ServerStream* const stream = StreamOf(session, frame->hd.stream_id);
      if (stream != nullptr) {
        stream->request_ended_ = ends;
        stream->received_.EndFrame();
        if (!stream->released_) server.events_.OnReceived(*stream);
      }
      const bool empty = frame->hd.length == frame->data.padlen;
      if (empty && !ends && !server.guard_.empty_data_frames.Spend(server.now_)) {
        server.Overdrawn("DATA frames without data", server.limits_.empty_data_frames_max);
      }
      break;
    }
    default:
      break;
  }
  return Verdict(server);
}

int Http2Server::Callbacks::OnData(nghttp2_session* session, uint8_t, int32_t id, const uint8_t* data, size_t size,
                                   void* user) {
  Http2Server& server = ServerOf(user);
  server.guard_.control_frames.GiveBack(Http2FloodGuard::kControlFramesPerUsefulFrame);
  Http2ServerStream* const stream = StreamOf(session, id);
  if (stream == nullptr || stream->released_) return 0;
  server.held_bytes_ += size;
  stream->received_.Append(Text(data, size));
  server.events_.OnReceived(*stream);
  return 0;
}

int Http2Server::Callbacks::OnClose(nghttp2_session* session, int32_t id, uint32_t error, void* user) {
  Http2ServerStream* const stream = StreamOf(session, id);
  if (stream == nullptr) return 0;
  nghttp2_session_set_stream_user_data(session, id, nullptr);
  ServerOf(user).Close(*stream, error);
  return 0;
}

ssize_t Http2Server::Callbacks::ReadOutput(nghttp2_session*, int32_t, uint8_t*, size_t bytes_max, uint32_t* flags,
                                           nghttp2_data_source* source, void* user) {
  auto& stream = *static_cast<Http2ServerStream*>(source->ptr);
  const size_t bytes = std::min(bytes_max, stream.unsent_bytes());
  const bool last = bytes == stream.unsent_bytes() && stream.body_ == Http2ServerStream::Body::kEnded;
  if (bytes == 0 && !last) {
    if (stream.body_ == Http2ServerStream::Body::kCut) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    stream.deferred_ = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (last) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!stream.answer_trailers_.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      ServerOf(user).SubmitTrailers(stream);
    }
  }
  return static_cast<ssize_t>(bytes);
}

int Http2Server::Callbacks::SendData(nghttp2_session*, nghttp2_frame*, const uint8_t* frame_head, size_t bytes,
                                     nghttp2_data_source* source, void* user) {
  Http2Server& server = ServerOf(user);
  if (server.out_->size() >= server.out_bytes_max_) return NGHTTP2_ERR_WOULDBLOCK;
  auto& stream = *static_cast<Http2ServerStream*>(source->ptr);
  server.out_->append(reinterpret_cast<const char*>(frame_head), kFrameHeadBytes);
  server.out_->append(stream.output_, stream.output_begin_, bytes);
  stream.output_begin_ += bytes;
  stream.sent_bytes_ += bytes;
  server.guard_.control_frames.GiveBack(Http2FloodGuard::kControlFramesPerUsefulFrame);
  if (stream.tell_when_taken_) {
    stream.tell_when_taken_ = false;
    server.events_.OnTaken(stream);
  }
  return 0;
}

// Before nghttp2 refuses the frame's stream.
int Http2Server::Callbacks::OnInvalidFrame(nghttp2_session*, const nghttp2_frame* frame, int error, void* user) {
  Http2Server& server = ServerOf(user);
  server.ended_by_us_.Add(frame->hd.stream_id);
  const bool malformed = error == NGHTTP2_ERR_HTTP_HEADER || error == NGHTTP2_ERR_HTTP_MESSAGING;
  if (malformed && server.limits_.malformed_ends_connection) server.EndOnMalformed();
  return Verdict(server);
}

int Http2Server::Callbacks::OnSent(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
  if (frame->hd.type == NGHTTP2_RST_STREAM) ServerOf(user).ended_by_us_.Add(frame->hd.stream_id);
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
  if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
  Http2ServerStream* const stream = StreamOf(session, frame->hd.stream_id);
  if (stream == nullptr) return 0;
  stream->answer_ended_ = true;
  ServerOf(user).CallOffRest(*stream);
  return 0;
}

// Larger than nghttp2 compresses, say: without a head there is no answer.
int Http2Server::Callbacks::OnNotSent(nghttp2_session* session, const nghttp2_frame* frame, int, void*) {
  if (frame->hd.type != NGHTTP2_HEADERS) return 0;
  Http2ServerStream* const stream = StreamOf(session, frame->hd.stream_id);
  if (stream == nullptr) return 0;
  stream->reset_by_us_ = true;
  nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_INTERNAL_ERROR);
  return 0;
}

}  // namespace minato::http

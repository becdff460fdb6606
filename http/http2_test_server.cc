#include "http/http2_test_server.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include <nghttp2/nghttp2.h>

namespace minato::http {
namespace {

uint8_t* Bytes(std::string_view text) {
  return const_cast<uint8_t*>(reinterpret_cast<const uint8_t*>(text.data()));
}

std::vector<nghttp2_nv> Fields(const Headers& headers) {
  std::vector<nghttp2_nv> fields;
  for (const HeaderField field : headers) {
    fields.push_back({Bytes(field.name), Bytes(field.value), field.name.size(), field.value.size(),
                      NGHTTP2_NV_FLAG_NONE});
  }
  return fields;
}

}  // namespace

struct Http2TestServer::Callbacks {
  static Http2TestServer& Self(void* user_data) { return *static_cast<Http2TestServer*>(user_data); }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                      const uint8_t* value, size_t value_size, uint8_t, void* user_data) {
    Request& request = Self(user_data).requests[frame->hd.stream_id];
    const bool trailer = frame->headers.cat != NGHTTP2_HCAT_REQUEST;
    (trailer ? request.trailers : request.head)
        .Add({reinterpret_cast<const char*>(name), name_size}, {reinterpret_cast<const char*>(value), value_size});
    return 0;
  }

  static int OnData(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t size, void* user_data) {
    Self(user_data).requests[id].body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    Http2TestServer& self = Self(user_data);
    const int32_t id = frame->hd.stream_id;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
      case NGHTTP2_DATA: {
        Request& request = self.requests[id];
        if (frame->hd.type == NGHTTP2_DATA) ++request.data_frames;
        if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) request.ended = true;
        const bool head = frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
        if (head && self.on_request) self.on_request(id);
        if (request.ended && self.on_ended) self.on_ended(id);
        break;
      }
      case NGHTTP2_RST_STREAM:
        self.requests[id].reset = frame->rst_stream.error_code;
        break;
      case NGHTTP2_GOAWAY:
        self.goaway = true;
        self.goaway_code = frame->goaway.error_code;
        break;
      case NGHTTP2_WINDOW_UPDATE:
        if (id == 0) self.window_updates += frame->window_update.window_size_increment;
        break;
      default:
        break;
    }
    return 0;
  }

  static int OnStreamClose(nghttp2_session*, int32_t id, uint32_t, void* user_data) {
    Self(user_data).requests[id].closed = true;
    return 0;
  }

  static ssize_t ReadBody(nghttp2_session* session, int32_t id, uint8_t* buffer, size_t size_max, uint32_t* flags,
                          nghttp2_data_source*, void* user_data) {
    Answering& answer = Self(user_data).answers_[id];
    if (answer.body.empty() && !answer.ended) {
      answer.deferred = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    const size_t size = std::min(size_max, answer.body.size());
    std::memcpy(buffer, answer.body.data(), size);
    answer.body.erase(0, size);
    if (answer.body.empty() && answer.ended) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (!answer.trailers.empty()) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        const auto fields = Fields(answer.trailers);
        nghttp2_submit_trailer(session, id, fields.data(), fields.size());
      }
    }
    return static_cast<ssize_t>(size);
  }
};

Http2TestServer::Http2TestServer(Http2TestServerOptions options) : options_(options) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &Callbacks::OnHeader);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Callbacks::OnData);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &Callbacks::OnFrame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Callbacks::OnStreamClose);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_auto_window_update(option, options.take_bodies ? 0 : 1);
  nghttp2_session_server_new2(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  if (!options.settings) return;
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.max_concurrent_streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.window_bytes},
  };
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, 2);
}

Http2TestServer::~Http2TestServer() { nghttp2_session_del(session_); }

bool Http2TestServer::Feed(std::string_view bytes) {
  return nghttp2_session_mem_recv(session_, Bytes(bytes), bytes.size()) >= 0;
}

std::string Http2TestServer::Produce() {
  std::string out;
  const uint8_t* data = nullptr;
  ssize_t size = 0;
  while ((size = nghttp2_session_mem_send(session_, &data)) > 0) {
    out.append(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
  }
  return out;
}

void Http2TestServer::Interim(int32_t id, int status) {
  const Headers head = {{":status", std::to_string(status)}, {"x-interim", "yes"}};
  const auto fields = Fields(head);
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, id, nullptr, fields.data(), fields.size(), nullptr);
}

void Http2TestServer::Head(int32_t id, int status, const Headers& headers, bool ends) {
  Headers head = {{":status", std::to_string(status)}};
  for (const HeaderField field : headers) head.Add(field.name, field.value);
  const auto fields = Fields(head);
  nghttp2_data_provider body{.source = {}, .read_callback = &Callbacks::ReadBody};
  nghttp2_submit_response(session_, id, fields.data(), fields.size(), ends ? nullptr : &body);
}

void Http2TestServer::Body(int32_t id, std::string piece) {
  Answering& answer = answers_[id];
  answer.body += piece;
  if (std::exchange(answer.deferred, false)) nghttp2_session_resume_data(session_, id);
}

void Http2TestServer::End(int32_t id, const Headers& trailers) {
  Answering& answer = answers_[id];
  answer.ended = true;
  answer.trailers = trailers;
  if (std::exchange(answer.deferred, false)) nghttp2_session_resume_data(session_, id);
}

void Http2TestServer::Answer(int32_t id, std::string body, const Headers& trailers) {
  Head(id, 200, {{"content-type", "application/grpc"}});
  Body(id, std::move(body));
  End(id, trailers);
}

void Http2TestServer::Reset(int32_t id, uint32_t error_code) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, error_code);
}

void Http2TestServer::GoAway(int32_t last_id, uint32_t error_code) {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, last_id, error_code, nullptr, 0);
}

void Http2TestServer::AnnounceMaxStreams(uint32_t count) {
  const nghttp2_settings_entry settings = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, count};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &settings, 1);
}

}  // namespace minato::http

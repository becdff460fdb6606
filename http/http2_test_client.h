// An HTTP/2 client for tests, made of nghttp2: bytes in, bytes out.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

namespace minato::http {

// What it writes is for the test to hand over, what it is told is kept as text.
class Http2TestClient {
 public:
  struct Answer {
    std::string head;  // "name=value\n", informational ones first
    std::string body;
    std::string trailers;
    bool head_complete = false;
    bool complete = false;
    std::optional<uint32_t> closed;  // with this error
  };

  explicit Http2TestClient(bool reads_by_itself = true) {
    nghttp2_session_callbacks* table = nullptr;
    nghttp2_session_callbacks_new(&table);
    nghttp2_session_callbacks_set_on_header_callback(table, &OnHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(table, &OnFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, &OnData);
    nghttp2_session_callbacks_set_on_stream_close_callback(table, &OnClose);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_max_send_header_block_length(option, 1 << 20);
    nghttp2_option_set_no_auto_window_update(option, reads_by_itself ? 0 : 1);
    nghttp2_session_client_new2(&session, table, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(table);
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
  }
  ~Http2TestClient() { nghttp2_session_del(session); }

  using Fields = std::vector<std::pair<std::string, std::string>>;

  static Fields Get(std::string path, Fields more = {}) {
    Fields fields = {{":method", "GET"}, {":scheme", "http"}, {":authority", "test"}, {":path", std::move(path)}};
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
  }

  // A request whose body is complete unless `open`; more of it by Data.
  int32_t Request(const Fields& fields, std::string body = "", bool open = false, Fields trailers = {}) {
    std::vector<nghttp2_nv> nva;
    for (const auto& [name, value] : fields) nva.push_back(Nv(name, value));
    auto& upload = *uploads_.emplace_back(std::make_unique<Upload>());
    upload.bytes = std::move(body);
    upload.open = open;
    upload.trailers = std::move(trailers);
    const nghttp2_data_provider source{.source = {.ptr = &upload}, .read_callback = &ReadUpload};
    const bool none = upload.bytes.empty() && !open && upload.trailers.empty();
    const int32_t id = nghttp2_submit_request(session, nullptr, nva.data(), nva.size(), none ? nullptr : &source,
                                              nullptr);
    by_id_[id] = &upload;
    return id;
  }
  void Data(int32_t id, std::string_view more, bool open = true) {
    by_id_[id]->bytes += more;
    by_id_[id]->open = open;
    nghttp2_session_resume_data(session, id);
  }
  void Reset(int32_t id) { nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL); }

  std::string Write() {
    std::string out;
    const uint8_t* data = nullptr;
    for (ssize_t size; (size = nghttp2_session_mem_send(session, &data)) > 0;) {
      out.append(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
    }
    return out;
  }
  void Read(std::string_view bytes) {
    const ssize_t taken =
        nghttp2_session_mem_recv(session, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    EXPECT_EQ(taken, static_cast<ssize_t>(bytes.size()));
  }

  nghttp2_session* session = nullptr;
  std::map<int32_t, Answer> answers;
  std::vector<std::pair<int32_t, uint32_t>> goaways;  // last stream, error
  uint32_t streams_max = 0;

 private:
  struct Upload {
    std::string bytes;
    bool open = false;
    Fields trailers;
  };

  static nghttp2_nv Nv(const std::string& name, const std::string& value) {
    return {reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
            reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
            NGHTTP2_NV_FLAG_NONE};
  }
  static ssize_t ReadUpload(nghttp2_session* session, int32_t id, uint8_t* buffer, size_t bytes_max,
                            uint32_t* flags, nghttp2_data_source* source, void*) {
    auto& upload = *static_cast<Upload*>(source->ptr);
    const size_t bytes = std::min(bytes_max, upload.bytes.size());
    if (bytes == 0 && upload.open) return NGHTTP2_ERR_DEFERRED;
    upload.bytes.copy(reinterpret_cast<char*>(buffer), bytes);
    upload.bytes.erase(0, bytes);
    if (upload.bytes.empty() && !upload.open) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (!upload.trailers.empty()) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        std::vector<nghttp2_nv> nva;
        for (const auto& [name, value] : upload.trailers) nva.push_back(Nv(name, value));
        nghttp2_submit_trailer(session, id, nva.data(), nva.size());
      }
    }
    return static_cast<ssize_t>(bytes);
  }
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                      const uint8_t* value, size_t value_size, uint8_t, void* user) {
    Answer& answer = static_cast<Http2TestClient*>(user)->answers[frame->hd.stream_id];
    (answer.head_complete ? answer.trailers : answer.head) +=
        fmt::format("{}={}\n", std::string(reinterpret_cast<const char*>(name), name_size),
                    std::string(reinterpret_cast<const char*>(value), value_size));
    return 0;
  }
  static int OnData(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t size, void* user) {
    static_cast<Http2TestClient*>(user)->answers[id].body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }
  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    auto& client = *static_cast<Http2TestClient*>(user);
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      client.goaways.emplace_back(frame->goaway.last_stream_id, frame->goaway.error_code);
    } else if (frame->hd.type == NGHTTP2_SETTINGS && frame->hd.flags == 0) {
      client.streams_max =
          nghttp2_session_get_remote_settings(client.session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
    } else if (frame->hd.stream_id != 0) {
      Answer& answer = client.answers[frame->hd.stream_id];
      answer.head_complete = !answer.head.starts_with(":status=1") || answer.head.find(":status=2") != answer.head.npos;
      if (frame->hd.type <= NGHTTP2_HEADERS) answer.complete = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    }
    return 0;
  }
  static int OnClose(nghttp2_session*, int32_t id, uint32_t error, void* user) {
    static_cast<Http2TestClient*>(user)->answers[id].closed = error;
    return 0;
  }

  std::vector<std::unique_ptr<Upload>> uploads_;
  std::map<int32_t, Upload*> by_id_;
};

}  // namespace minato::http

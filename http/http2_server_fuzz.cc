// Whatever bytes come, and however they are cut: no crash, the same events, and no more memory than the limits allow.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/http2_server.h"

namespace minato::http {
namespace {

constexpr Http2Limits kLimits = {.concurrent_streams_max = 4,
                                 .stream_window_bytes = 1 << 10,
                                 .connection_window_bytes = 64 << 10,  // nghttp2's least
                                 .head_bytes_max = 512,
                                 .headers_max = 8,
                                 .trailer_bytes_max = 64,
                                 .resets_max = 8,
                                 .control_frames_max = 64,
                                 .empty_data_frames_max = 8,
                                 .outbound_frames_max = 64};

// Notes what the server says; answers what has come when told to.
class Transcript final : private Http2Server::Events {
 public:
  Transcript() : server_(*this, kLimits, absl::UnixEpoch()) { Feed(kHttp2Preface); }
  ~Transcript() {
    for (Http2ServerStream* const stream : streams_) server_.Release(*stream);
  }

  bool Feed(std::string_view piece) {
    const std::string copy(piece);  // So that a view kept too long is seen by the address sanitizer.
    alive_ = alive_ && server_.Receive(copy, absl::UnixEpoch());
    for (const Http2ServerStream* const stream : streams_) {
      // Until the client acknowledges our SETTINGS it has the window that every stream begins with.
      if (stream->received_bytes() > 65'535) std::abort();
    }
    return alive_;
  }

  // Answers every other stream, and reads and releases all.
  void Answer() {
    for (Http2ServerStream* const stream : streams_) {
      const std::string taken = Take(*stream);
      if (stream->head().method().size() % 2 == 1) {
        server_.BeginAnswer(*stream, 200);
        server_.AddHeader(*stream, "x-method", stream->head().method());
        server_.FinishHead(*stream);
        server_.Write(*stream, taken);
        server_.End(*stream, stream->request_trailers());
      } else {
        server_.Cut(*stream);
      }
      server_.Release(*stream);
    }
    streams_.clear();
    std::string out;
    server_.Send(out, 1 << 20);
  }

  std::string Text() {
    std::string text = text_;
    for (Http2ServerStream* const stream : streams_) {
      const Http2RequestHead& head = stream->head();
      for (const std::string_view part : {head.method(), head.path(), head.query(), head.authority()}) Add(text, part);
      for (size_t i = 0; i < head.header_count(); ++i) {
        Add(text, head.header(i).name);
        Add(text, head.header(i).value);
      }
      Add(text, head.error().message);
      for (const HeaderField field : stream->request_trailers()) Add(text, std::string(field.name).append("=").append(field.value));
      // How much of a body comes before it breaks off depends on its pieces.
      if (!stream->request_ended()) continue;
      Add(text, Take(*stream) + " ended");
    }
    return text + (alive_ ? "alive" : server_.fault());
  }

 private:
  // All of it, its frames apart.
  std::string Take(Http2ServerStream& stream) {
    std::string taken;
    while (stream.has_frame()) taken.append(server_.TakeFrame(stream)).push_back('|');
    return taken;
  }
  static void Add(std::string& text, std::string_view part) { text.append(part).push_back('\n'); }
  void OnRequest(Http2ServerStream& stream) override {
    streams_.push_back(&stream);
    Add(text_, "request");
  }
  void OnReceived(Http2ServerStream&) override {}
  void OnTaken(Http2ServerStream&) override {}
  void OnClosed(Http2ServerStream&) override { Add(text_, "closed"); }

  Http2Server server_;
  std::vector<Http2ServerStream*> streams_;
  std::string text_;
  bool alive_ = true;
};

// The frames before a GOAWAY: behind it, with no stream open, nghttp2 reads on to the end of the piece and no further.
std::string_view BeforeGoAway(std::string_view bytes) {
  constexpr size_t kFrameHeadBytes = 9;
  constexpr char kGoAway = 7;
  for (size_t at = 0; at + kFrameHeadBytes <= bytes.size();) {
    if (bytes[at + 3] == kGoAway) return bytes.substr(0, at);
    const auto byte = [&](size_t i) { return size_t{static_cast<uint8_t>(bytes[at + i])}; };
    at += kFrameHeadBytes + (byte(0) << 16) + (byte(1) << 8) + byte(2);
  }
  return bytes;
}

}  // namespace
}  // namespace minato::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using minato::http::Transcript;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string_view compared = minato::http::BeforeGoAway(bytes);
  Transcript whole;
  whole.Feed(compared);
  Transcript single;
  for (size_t i = 0; i < compared.size() && single.Feed(compared.substr(i, 1)); ++i) {
  }
  if (single.Text() != whole.Text()) std::abort();
  // With answers in between, and frames that cross.
  Transcript busy;
  const size_t step = size == 0 ? 1 : 1 + data[size / 2];
  for (size_t i = 0; i < size && busy.Feed(bytes.substr(i, step)); i += step) busy.Answer();
  busy.Answer();
  return 0;
}

// The client's half of an HTTP/2 connection, without a socket: bytes that arrived go in by Feed, bytes to be sent come
// out of Produce. Nothing arrives unless Feed is called, nothing leaves unless Produce is.
//
// Flow control is by consumption: bytes of an answer's body count against the windows until Consume says that they have
// been taken, so what one side does not read is bounded by the windows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <absl/types/span.h>

#include "http/headers.h"
#include "runtime/status.h"

struct nghttp2_session;

namespace minato::http {

class Http2Client;

struct Http2ClientOptions {
  uint32_t stream_window_bytes = 256 << 10;      // of a body that may wait for its reader
  uint32_t connection_window_bytes = 16 << 20;   // the same for all bodies of the connection
  uint32_t streams_max = 1024;                   // at a time, if the peer allows as many
  size_t head_bytes_max = 60 << 10;              // of names and values in one head, or in trailers
  size_t head_fields_max = 100;
  size_t informational_heads_max = 16;           // 1xx in one answer
};

// How a stream ended.
enum class Http2StreamEnd {
  kComplete,       // the answer is whole
  kRemoteReset,    // RST_STREAM, not processed before a GOAWAY (then REFUSED_STREAM), or a head that is too large
  kProtocolError,  // what came breaks the rules
  kConnectionGone,
};

// One request and its answer. The calls come from inside Feed, Produce, Submit and Abandon; they must not start, reset or
// end streams, nor call Feed and Produce.
class Http2ClientStream {
 public:
  Http2ClientStream() = default;
  Http2ClientStream(const Http2ClientStream&) = delete;
  Http2ClientStream& operator=(const Http2ClientStream&) = delete;

  // Bytes of the request's body that wait for windows or for Produce.
  size_t unsent() const { return body_.size() - body_begin_; }

 protected:
  ~Http2ClientStream();  // CHECKs that the session does not know it any more: Reset it

  // A head, each 1xx first. `ends`: neither body nor trailers follow.
  virtual void OnHead(int status, Headers headers, bool ends) = 0;
  virtual void OnData(std::string_view piece) = 0;
  // What OnData was called with since the last time was one DATA frame, and all of it.
  virtual void OnDataFrame() = 0;
  // The answer is complete; not called when its head said so. The request need not be.
  virtual void OnEnd(Headers trailers) = 0;
  // unsent() went down.
  virtual void OnSent() = 0;
  // The last call: the stream is over in both directions, or will get no further.
  virtual void OnClosed(Http2StreamEnd end, uint32_t error_code) = 0;

 private:
  friend class Http2Client;

  Http2ClientStream* previous_ = nullptr;  // in the session's list
  Http2ClientStream* next_ = nullptr;
  int32_t id_ = 0;  // 0: the session does not know it
  uint16_t informational_heads_ = 0;
  bool answered_ = false;      // END_STREAM came
  bool remote_reset_ = false;  // RST_STREAM came, or what Envoy takes for one: a head that is too large
  bool body_ended_ = false;    // End was called
  bool waits_for_body_ = false;
  std::string body_;
  size_t body_begin_ = 0;
  Headers trailers_;
};

class Http2Client {
 public:
  explicit Http2Client(const Http2ClientOptions& options);
  Http2Client(const Http2Client&) = delete;
  Http2Client& operator=(const Http2Client&) = delete;
  ~Http2Client();  // Abandons

  // The error says what was wrong with the bytes; the connection is then of no further use.
  Status Feed(std::string_view bytes);
  // Appends what is to be sent, until `out` holds `bytes_max` or there is nothing. Whether something is left.
  bool Produce(std::string& out, size_t bytes_max);
  bool WantsToProduce() const;

  struct Request {
    std::string_view method;
    std::string_view scheme;
    std::string_view authority;  // without data(): none is sent
    std::string_view path;
    absl::Span<const std::pair<std::string_view, std::string_view>> headers;  // lower-case names
  };
  // Starts a request; `ends`: without body and trailers. Only while CanSubmit. Its head is encoded at once: a body and
  // what follows wait for Produce. One that cannot be encoded (more than 64 KiB) is OnClosed before this returns.
  void Submit(Http2ClientStream& stream, const Request& request, bool ends);
  // Neither side said good-bye, and the peer's limit of concurrent streams allows one more.
  bool CanSubmit() const { return accepts_streams() && streams_ < streams_max_; }
  bool accepts_streams() const { return !goaway_ && !failed_; }

  // For a stream that the session knows; nothing happens otherwise.
  void Write(Http2ClientStream& stream, std::string_view piece);
  void End(Http2ClientStream& stream, const Headers& trailers);
  void Consume(const Http2ClientStream& stream, size_t bytes);
  // RST_STREAM unless the stream is over; the session forgets it, and calls it no more.
  void Reset(Http2ClientStream& stream, uint32_t error_code);

  // Bytes of a stream that is gone which nobody will take.
  void Discard(size_t bytes);

  // Says good-bye: GOAWAY, which Produce will yield.
  void SayGoodbye();
  // Tells every stream that the session is over.
  void Abandon(Http2StreamEnd end);

  size_t streams() const { return streams_; }
  // The peer's limit. Before its SETTINGS came: one, so that none is refused.
  size_t streams_max() const { return streams_max_; }
  bool settled() const { return settled_; }  // the peer's SETTINGS came
  bool goaway() const { return goaway_; }    // the peer takes no new streams
  // Whether the peer or its bytes broke the protocol.
  bool failed() const { return failed_; }

 private:
  struct Callbacks;

  void Link(Http2ClientStream& stream);
  void Unlink(Http2ClientStream& stream);
  void Close(Http2ClientStream& stream, Http2StreamEnd end, uint32_t error_code);
  void Fail(std::string_view why);
  // The next frame, if there is one, whole. From `bytes_max` on `out` takes no more bodies.
  bool ProduceFrame(std::string& out, size_t bytes_max);
  // Fails beyond `count_max`; what the callback returns.
  int Bound(size_t count, size_t count_max, std::string_view why);
  uint8_t IndexingOf(std::string_view name);
  int HeadersArrived(Http2ClientStream& stream, bool ends);

  const Http2ClientOptions options_;
  nghttp2_session* session_ = nullptr;
  std::string* out_ = nullptr;  // while in Produce
  size_t out_bytes_max_ = 0;
  std::string heads_;                    // of requests, encoded, and what went before them
  int32_t head_sent_ = 0;                // the stream whose head was encoded last
  std::array<bool, 3> name_in_table_{};  // by kDifferEachTime
  Http2ClientStream* first_ = nullptr;
  Http2ClientStream* recent_ = nullptr;  // that nghttp2 was asked for last, while the session knows it
  size_t streams_ = 0;
  size_t streams_max_ = 1;
  size_t empty_data_ = 0;  // frames in a row
  size_t settings_ = 0;    // likewise
  bool settled_ = false;
  bool goaway_ = false;
  bool failed_ = false;
  std::string failure_;

  // The header block that is arriving.
  Headers fields_;
  size_t field_bytes_ = 0;
  int status_ = 0;
};

}  // namespace minato::http

// Server side of HTTP/2 (RFC 9113) on one connection: bytes in, bytes out, no sockets and no clock.
//
//   Http2Server server(events, limits);
//   server.Receive(input, now);             // calls Events
//   server.Send(output, output_bytes_max);  // as long as wants_to_send() and there is room
//   if (server.done()) close, once the output has been sent
//
// nghttp2 speaks the protocol. It knows floods of acknowledgements that nobody reads and, in Debian's build, of
// CONTINUATION and RST_STREAM frames, not quite as is wanted here; the floods in Http2Limits all end the same way.
//
// Nothing is sent from inside Receive, and Events may call anything but Receive and Send.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/time/time.h>

#include "http/headers.h"
#include "http/http2_ended_streams.h"
#include "http/http2_flood_guard.h"
#include "http/http2_limits.h"
#include "http/http2_server_stream.h"

struct nghttp2_session;

namespace minato::http {

// "PRI * HTTP/2.0…", with which a client begins.
extern const std::string_view kHttp2Preface;

class Http2Server {
 public:
  class Events {
   public:
    // The head is complete. To be Released by whoever takes the request.
    virtual void OnRequest(Http2ServerStream& stream) = 0;
    // More of the body, or the end of the request.
    virtual void OnReceived(Http2ServerStream& stream) = 0;
    // What was asked for by TellWhenTaken: something of the output has gone.
    virtual void OnTaken(Http2ServerStream& stream) = 0;
    // closed() from now on. The client reset the stream unless its answer was complete.
    virtual void OnClosed(Http2ServerStream& stream) = 0;

   protected:
    ~Events() = default;
  };

  Http2Server(Events& events, const Http2Limits& limits, absl::Time now);
  Http2Server(const Http2Server&) = delete;
  Http2Server& operator=(const Http2Server&) = delete;
  ~Http2Server();

  // Takes all of `input`. False when the client broke the protocol or floods: what Send still gives says so, unless
  // limits say that nothing is said, and then the connection ends. Not to be called again.
  bool Receive(std::string_view input, absl::Time now);
  // Appends whole frames while there are any and `out` has less than `bytes_max`.
  void Send(std::string& out, size_t bytes_max);
  bool wants_to_send() const;
  // Neither side has anything to say any more.
  bool done() const;
  // What the client did wrong; empty if nothing.
  const std::string& fault() const { return fault_; }

  // Streams that are not closed.
  size_t open_streams() const { return open_streams_; }
  // A frame is there in part, or a head without its CONTINUATIONs, or the client has not begun.
  bool in_the_middle() const { return in_head_ || !begun_; }

  // The next DATA frame of the body, until the call after it. There must be one. What was taken, the client may send
  // again: its window opens.
  std::string_view TakeFrame(Http2ServerStream& stream);

  // The answer, in this order. Each does nothing once the stream is closed.
  //
  // BeginAnswer, AddHeader any number of times, FinishHead. False from AddHeader: that cannot stand in a header, and
  // was left out. Names are lower case.
  void BeginAnswer(Http2ServerStream& stream, int status);
  bool AddHeader(Http2ServerStream& stream, std::string_view name, std::string_view value);
  void FinishHead(Http2ServerStream& stream);
  void Write(Http2ServerStream& stream, std::string_view data);
  void End(Http2ServerStream& stream, const Headers& trailers = {});
  // What was written is sent, then the stream is reset: the answer is not complete.
  void Cut(Http2ServerStream& stream);
  // "100 Continue". Before the answer.
  void Continue(Http2ServerStream& stream);

  void TellWhenTaken(Http2ServerStream& stream) { stream.tell_when_taken_ = true; }
  // Nobody looks at it any more. If its answer is complete before its request is, the rest of that is called off.
  void Release(Http2ServerStream& stream);
  // Resets streams of whose output nothing has gone since the last call.
  void ResetStalled();

  // Tells the client to open no further streams; those that it opened before it learnt of it are served. FinishGoAway
  // does the second step if the client does not.
  void BeginGoAway();
  void FinishGoAway();
  // At once, with NO_ERROR.
  void Terminate();

 private:
  struct Callbacks;

  Http2ServerStream& OpenStream(int32_t id);
  void Close(Http2ServerStream& stream, uint32_t error);
  void Recycle(Http2ServerStream& stream);
  void Drop(Http2ServerStream& stream);
  void OpenConnectionWindow();
  void AnswerChanged(Http2ServerStream& stream);
  void Submit(Http2ServerStream& stream);
  void SubmitTrailers(Http2ServerStream& stream);
  void CallOffRest(Http2ServerStream& stream);
  void CheckStream(const Http2ServerStream* stream, int32_t id, uint8_t type);
  void Overdrawn(std::string_view what, size_t limit);
  void Break(uint32_t error, std::string fault);
  void EndWith(uint32_t error);
  void EndOnMalformed();

  Events& events_;
  const Http2Limits limits_;
  nghttp2_session* session_ = nullptr;

  std::vector<std::unique_ptr<Http2ServerStream>> streams_;  // open ones, and closed ones that were not released
  std::vector<Http2ServerStream*> to_submit_;
  size_t open_streams_ = 0;
  size_t held_bytes_ = 0;  // received and not taken, of all streams
  std::string* out_ = nullptr;  // of Send
  size_t out_bytes_max_ = 0;

  absl::Time now_;
  Http2FloodGuard guard_;
  Http2EndedStreams ended_by_us_;
  int32_t last_id_ = 0;  // of the newest stream
  std::string fault_;
  uint32_t fault_error_ = 0;
  bool begun_ = false;    // the client's SETTINGS came
  bool in_head_ = false;  // HEADERS came, its end did not
  Http2ServerStream* arriving_ = nullptr;  // whose head or trailers came last, until it is closed
  size_t header_frames_ = 0;  // of the newest head
  bool ended_ = false;  // nothing more is said
  enum class GoAway { kNo, kBegun, kDone } go_away_ = GoAway::kNo;
};

}  // namespace minato::http

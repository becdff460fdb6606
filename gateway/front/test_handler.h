// What the tests of the front ask for.
#pragma once

#include <atomic>
#include <semaphore>

#include "gateway/front/client_stream.h"
#include "runtime/sleep.h"

namespace minato::gateway {

// Answers by path:
//   /echo      the method and the body; /upload says when it begins to read
//   /head      the value of header x-a
//   /forever   nothing, until the client goes away
//   /hold      once the test lets it
//   /stream    pieces until the client is gone or `pieces` have been written
//   /ignore    without reading the body
//   /mirror    a first piece at once, then the body as it comes
//   /type      a content type that cannot stand in a header
class TestHandler final : public RequestHandler {
 public:
  std::binary_semaphore entered{0};
  std::binary_semaphore cancelled{0};
  std::binary_semaphore ended{0};
  std::atomic<bool> held{true};
  std::atomic<int> pieces{0};

  Task<void> Serve(ClientStream& stream) override {
    const std::string path(stream.head().path());
    if (path == "/forever") co_return co_await Forever(stream);
    if (path == "/hold") co_return co_await Hold(stream);
    if (path == "/stream") co_return co_await Stream(stream);
    if (path == "/mirror") co_return co_await Mirror(stream);
    if (path == "/type") {
      const Status told = co_await stream.Respond({.content_type = "text/\x01"}, "typed");
      co_return;
    }
    std::string answer;
    if (path == "/upload") entered.release();
    if (path == "/echo" || path == "/upload") {
      StatusOr<std::string_view> body = co_await stream.ReadWhole(1000);
      if (!body.ok()) {
        const Status told = co_await stream.Respond({.status = 413}, MessageOf(body.status()));
        co_return;
      }
      answer = std::string(stream.head().method()) + " " + std::string(*body);
    } else if (path == "/head") {
      answer = stream.head().Find("x-a").value_or("none");
    }
    const Status sent = co_await stream.Respond({.content_type = "text/plain"}, answer);
  }

 private:
  Task<void> Forever(ClientStream& stream) {
    entered.release();
    const Status slept = co_await Sleep(absl::Hours(1));
    if (slept.code() == StatusCode::kCancelled) cancelled.release();
    const Status sent = co_await stream.Respond({.status = 503}, "");
  }
  Task<void> Hold(ClientStream& stream) {
    entered.release();
    while (held) {
      const Status slept = co_await Sleep(absl::Milliseconds(1));
      if (!slept.ok()) break;
    }
    const Status sent = co_await stream.Respond({}, "held");
  }
  Task<void> Stream(ClientStream& stream) {
    const Status started = co_await stream.StartResponse({.content_type = "text/plain"});
    const std::string piece(16 * 1024, 'x');
    Status written;
    while (written.ok()) {
      written = co_await stream.Write(piece);
      ++pieces;
    }
    stream.CutResponse();
    ended.release();
  }
  Task<void> Mirror(ClientStream& stream) {
    StatusOr<std::optional<std::string_view>> piece = co_await stream.ReadPiece();
    const Status started = co_await stream.StartResponse({.content_type = "text/plain"});
    while (piece.ok() && piece->has_value()) {
      const Status written = co_await stream.Write(**piece);
      piece = co_await stream.ReadPiece();
    }
    const Status sent = co_await stream.EndResponse();
  }
};

}  // namespace minato::gateway

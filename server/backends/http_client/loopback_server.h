// A small HTTP/1.1 server on a free port of 127.0.0.1, on a thread of its own: for the demo
// upstream, and for tests, which make it misbehave. It answers requests without a body, one at a
// time, with the bytes that a function gives.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/status.h"

namespace minato::http_client {

class LoopbackServer {
 public:
  enum class Then { kReadNext, kClose, kFallSilent };
  struct Answer {
    std::string bytes;  // head and body, as Ok() makes them
    Then then = Then::kReadNext;
  };
  // Called on the server's thread.
  using Respond = std::function<Answer(std::string_view target)>;

  static StatusOr<std::unique_ptr<LoopbackServer>> Start(Respond respond);
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer();

  uint16_t port() const;
  std::string Url(std::string_view target) const;  // "/quotes" -> "http://127.0.0.1:41234/quotes"
  size_t connections() const;                      // open now; any thread
  size_t connections_ever() const;                 // accepted since the start; any thread

  static std::string Ok(std::string_view content_type, std::string_view body);

 private:
  struct State;
  explicit LoopbackServer(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace minato::http_client

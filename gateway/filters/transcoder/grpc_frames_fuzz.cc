// A byte that says which flags are taken, then a gRPC body: the same messages wherever it is cut, and they are what
// the body holds.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/filters/transcoder/grpc_frames.h"
#include "gateway/grpc_wire.h"
#include "runtime/check.h"

namespace minato::gateway {
namespace {

struct Read {
  std::vector<std::string> messages;
  std::string end;     // how the body ended
  std::string frames;  // the messages in frames again
  size_t held_bytes = 0;
  friend bool operator==(const Read&, const Read&) = default;
};

class Reader {
 public:
  explicit Reader(GrpcFrames::Flags flags) : frames_(flags) {}

  // False once a frame was refused.
  bool Feed(std::string_view bytes) {
    const std::string copy(bytes);  // So that a view kept too long is seen by the address sanitizer.
    std::string_view input = copy;
    while (true) {
      switch (frames_.Next(input)) {
        case GrpcFrames::Event::kMore:
          CHECK(input.empty());
          return true;
        case GrpcFrames::Event::kError: read_.end = "refused"; return false;
        case GrpcFrames::Event::kMessage: break;
      }
      read_.messages.emplace_back(frames_.message());
      read_.frames += GrpcFrameHead(frames_.message().size(), frames_.flag());
      read_.frames += frames_.message();
    }
  }

  Read End() {
    if (!read_.end.empty()) return read_;
    const Status end = frames_.End();
    read_.held_bytes = frames_.held_bytes();
    CHECK(end.ok() == (read_.held_bytes == 0));
    read_.end = end.ok() ? "whole" : MessageOf(end);
    return read_;
  }

 private:
  GrpcFrames frames_;
  Read read_;
};

void Run(std::string_view input) {
  if (input.empty()) return;
  using Flags = GrpcFrames::Flags;
  constexpr std::array kFlags = {Flags::kChecked, Flags::kMayBeCompressed, Flags::kAtOnce};
  const Flags flags = kFlags[static_cast<uint8_t>(input[0]) % kFlags.size()];
  const std::string_view body = input.substr(1);
  Reader whole(flags);
  whole.Feed(body);
  const Read expected = whole.End();
  CHECK(body.starts_with(expected.frames));
  if (expected.end != "refused") CHECK(expected.frames.size() + expected.held_bytes == body.size());
  for (size_t cut = 0; cut <= body.size(); cut += 1 + body.size() / 64) {
    Reader twice(flags);
    if (twice.Feed(body.substr(0, cut))) twice.Feed(body.substr(cut));
    CHECK(twice.End() == expected, "cut at {}", cut);
  }
  Reader bytewise(flags);
  for (size_t i = 0; i < body.size() && bytewise.Feed(body.substr(i, 1)); ++i) {
  }
  CHECK(bytewise.End() == expected, "byte by byte");
}

}  // namespace
}  // namespace minato::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  minato::gateway::Run(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}

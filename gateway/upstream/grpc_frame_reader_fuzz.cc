// A byte that chooses the encoding, then the body of an upstream's answer: the same messages and the same refusal
// wherever it is cut, and no message beyond the bound, not by decompression either.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/upstream/grpc_frame_reader.h"
#include "runtime/check.h"

namespace minato::gateway {
namespace {

constexpr size_t kMessageBytesMax = 1000;
constexpr std::array<std::string_view, 4> kEncodings = {"", "gzip", "deflate", "snappy"};

class Reader {
 public:
  explicit Reader(std::string_view encoding) : frames_(kMessageBytesMax) { frames_.set_encoding(encoding); }

  // False once the body was refused.
  bool Feed(std::string_view bytes) {
    frames_.Feed(bytes);
    std::string message;
    while (true) {
      const StatusOr<bool> complete = frames_.Next(message);
      if (!complete.ok()) {
        CHECK(!MessageOf(complete.status()).empty());
        read_.emplace_back(MessageOf(complete.status()));
        refused_ = true;
        return false;
      }
      if (!*complete) return true;
      CHECK(message.size() <= kMessageBytesMax);
      read_.push_back(message);
    }
  }

  std::vector<std::string> End() {
    if (!refused_ && !frames_.empty()) read_.emplace_back("cut off");
    return read_;
  }

 private:
  GrpcFrameReader frames_;
  std::vector<std::string> read_;
  bool refused_ = false;
};

std::vector<std::string> ReadInPieces(std::string_view body, std::string_view encoding, size_t first, size_t others) {
  Reader reader(encoding);
  for (bool good = reader.Feed(body.substr(0, first)); good && first < body.size(); first += others) {
    good = reader.Feed(body.substr(first, others));
  }
  return reader.End();
}

void Run(std::string_view input) {
  if (input.empty()) return;
  const std::string_view encoding = kEncodings[static_cast<uint8_t>(input[0]) % kEncodings.size()];
  const std::string_view body = input.substr(1);
  const std::vector<std::string> whole = ReadInPieces(body, encoding, body.size(), 1);
  for (size_t cut = 0; cut < body.size(); cut += 1 + body.size() / 16) {
    CHECK(ReadInPieces(body, encoding, cut, body.size()) == whole, "cut at {}", cut);
  }
  CHECK(ReadInPieces(body, encoding, 0, 1) == whole, "byte by byte");
}

}  // namespace
}  // namespace minato::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  minato::gateway::Run(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}

// Any bytes, decoded whole, in two pieces, byte by byte and one byte of output at a time, must give the same; and what
// is encoded, cut anywhere, must decode to itself. The first byte chooses the coding and the cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/content_coding.h"

namespace minato::http {
namespace {

// A few bytes may stand for megabytes, which are decoded three times.
constexpr size_t kOutBytesMax = 1 << 16;

class Transcript {
 public:
  Transcript(ContentCoding coding, size_t step) : decoder_(ContentDecoder::Create(coding)), step_(step) {}

  void Feed(std::string_view piece) {
    const std::string copy(piece);  // So that a view kept too long is seen by the address sanitizer.
    std::string_view input = copy;
    while (status_.ok() && out_.size() < kOutBytesMax) {
      const size_t before = out_.size();
      status_ = decoder_->Decode(input, step_, out_);
      if (out_.size() > before + step_) std::abort();
      if (status_.ok() && out_.size() - before < step_) {
        if (!input.empty()) std::abort();
        return;
      }
    }
  }
  // What an error leaves of the output depends on the cut.
  bool operator==(const Transcript& other) const {
    if (out_.size() >= kOutBytesMax || other.out_.size() >= kOutBytesMax) return true;
    if (!status_.ok() || !other.status_.ok()) return status_.code() == other.status_.code();
    return out_ == other.out_ && decoder_->complete() == other.decoder_->complete();
  }
  const std::string& out() const { return out_; }
  bool complete() const { return status_.ok() && decoder_->complete(); }

 private:
  const std::unique_ptr<ContentDecoder> decoder_;
  const size_t step_;
  Status status_;
  std::string out_;
};

void Decode(ContentCoding coding, std::string_view bytes, size_t at) {
  Transcript whole(coding, 4096);
  whole.Feed(bytes);
  Transcript cut(coding, 100);
  cut.Feed(bytes.substr(0, at));
  cut.Feed(bytes.substr(at));
  Transcript single(coding, 1);
  for (size_t i = 0; i < bytes.size(); ++i) single.Feed(bytes.substr(i, 1));
  if (!(whole == cut) || !(whole == single)) std::abort();
}

void RoundTrip(ContentCoding coding, std::string_view bytes, size_t at) {
  const std::unique_ptr<ContentEncoder> encoder = ContentEncoder::Create(coding, std::nullopt);
  std::string encoded;
  encoder->Encode(bytes.substr(0, at), ContentEncoder::Then::kFlush, encoded);
  Transcript transcript(coding, 4096);
  transcript.Feed(encoded);
  if (transcript.out() != bytes.substr(0, at)) std::abort();
  encoded.clear();
  encoder->Encode(bytes.substr(at), ContentEncoder::Then::kEnd, encoded);
  transcript.Feed(encoded);
  if (transcript.out() != bytes || !transcript.complete()) std::abort();
}

}  // namespace
}  // namespace minato::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto coding = static_cast<minato::http::ContentCoding>(data[0] % minato::http::kContentCodingCount);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t at = bytes.size() * (data[0] / minato::http::kContentCodingCount) / 64;
  minato::http::Decode(coding, bytes, at);
  minato::http::RoundTrip(coding, bytes, at);
  return 0;
}

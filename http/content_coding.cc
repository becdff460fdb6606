#include "http/content_coding.h"

#include <algorithm>
#include <array>

#include "http/content_codecs.h"
#include "http/http1_chars.h"

namespace minato::http {
namespace {

// In order of the enum.
constexpr std::array<std::string_view, kContentCodingCount> kNames = {"gzip", "deflate", "br", "zstd"};

}  // namespace

std::string_view Name(ContentCoding coding) { return kNames[static_cast<size_t>(coding)]; }

std::optional<ContentCoding> FindContentCoding(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (EqualsIgnoreCase(name, kNames[i])) return static_cast<ContentCoding>(i);
  }
  return EqualsIgnoreCase(name, "x-gzip") ? std::optional(ContentCoding::kGzip) : std::nullopt;
}

std::unique_ptr<ContentEncoder> ContentEncoder::Create(ContentCoding coding, std::optional<size_t> body_bytes) {
  switch (coding) {
    case ContentCoding::kGzip: return NewZlibEncoder(ZlibFormat::kGzip, body_bytes);
    case ContentCoding::kDeflate: return NewZlibEncoder(ZlibFormat::kZlib, body_bytes);
    case ContentCoding::kBrotli: return NewBrotliEncoder(body_bytes);
    case ContentCoding::kZstd: return NewZstdEncoder(body_bytes);
  }
}

std::unique_ptr<ContentDecoder> ContentDecoder::Create(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::kGzip: return NewZlibDecoder(ZlibFormat::kGzip);
    case ContentCoding::kDeflate: return NewZlibDecoder(ZlibFormat::kZlib);
    case ContentCoding::kBrotli: return NewBrotliDecoder();
    case ContentCoding::kZstd: return NewZstdDecoder();
  }
}

Status DecodeAll(ContentDecoder& decoder, std::string_view input, size_t out_bytes_max, std::string& out) {
  constexpr size_t kRoomBytesMax = 1 << 20;
  for (;;) {
    // One byte beyond the bound tells a body that ends there from a longer one.
    const size_t guess = std::min(std::max(out.size(), 4 * input.size() + 64), kRoomBytesMax);
    const size_t room = std::min(guess, out_bytes_max - out.size() + 1);
    const size_t before = out.size();
    TRY(decoder.Decode(input, room, out));
    if (out.size() > out_bytes_max) return ResourceExhausted("decodes to more than {} bytes", out_bytes_max);
    if (out.size() - before < room) return OkStatus();
  }
}

Status DecodeWhole(ContentCoding coding, std::string_view body, size_t out_bytes_max, std::string& out) {
  const std::unique_ptr<ContentDecoder> decoder = ContentDecoder::Create(coding);
  out.clear();
  TRY(DecodeAll(*decoder, body, out_bytes_max, out));
  return decoder->complete() ? OkStatus() : InvalidArgument("ends before its {} does", Name(coding));
}

}  // namespace minato::http

// The content codings of HTTP (RFC 9110, section 8.4.1): gzip, deflate, br and zstd. Bytes in, bytes out, cut anywhere.
//
// "deflate" is zlib's format, as the RFC has it; bare deflate, which some senders call so, is not read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/status.h"

namespace minato::http {

enum class ContentCoding : uint8_t { kGzip, kDeflate, kBrotli, kZstd };
inline constexpr size_t kContentCodingCount = 4;

std::string_view Name(ContentCoding coding);
// `name` in any case; "x-gzip" is gzip.
std::optional<ContentCoding> FindContentCoding(std::string_view name);

class ContentEncoder {
 public:
  enum class Then {
    kGoOn,   // what is in `out` may lag behind
    kFlush,  // all that was given can be decoded from what is in `out`
    kEnd,    // nothing more is given
  };

  // `body_bytes` is how much will be given, if that is known; the encoder is then as large as that is worth, up to some
  // hundreds of KiB. Without it, it may have to live as long as its client: gzip and deflate take 40 KiB, zstd 90 KiB
  // (content_coding_test.cc). br takes 730 KiB whatever its window is, and is not for streams.
  static std::unique_ptr<ContentEncoder> Create(ContentCoding coding, std::optional<size_t> body_bytes);
  virtual ~ContentEncoder() = default;

  // Appends to `out`.
  virtual void Encode(std::string_view piece, Then then, std::string& out) = 0;
};

// Memory is bounded whatever the input says: gzip and deflate have 32 KiB of window, zstd 8 MiB (RFC 9659), br all in
// all 8 MiB. What comes out is for the caller to bound.
class ContentDecoder {
 public:
  static std::unique_ptr<ContentDecoder> Create(ContentCoding coding);
  virtual ~ContentDecoder() = default;

  // Appends at most `bytes_max` bytes to `out`, taking what makes them off the front of `input`. Fewer: the input is
  // used up. InvalidArgument, in words that follow "the body ": it is damaged, goes on behind its end, or takes more
  // memory than the bound. Further members of gzip and frames of zstd count as one body.
  virtual Status Decode(std::string_view& input, size_t bytes_max, std::string& out) = 0;
  // Whether the body may end here.
  virtual bool complete() const = 0;
};

// Appends all that `input` decodes to. RESOURCE_EXHAUSTED when `out` would have more than `out_bytes_max`; it is hardly
// longer then.
Status DecodeAll(ContentDecoder& decoder, std::string_view input, size_t out_bytes_max, std::string& out);

// The same for a body that is all there: InvalidArgument, too, if it is cut off. Replaces `out`.
Status DecodeWhole(ContentCoding coding, std::string_view body, size_t out_bytes_max, std::string& out);

}  // namespace minato::http

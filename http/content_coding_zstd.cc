#include <array>
#include <iterator>
#include <utility>

#include <zstd.h>
#include <zstd_errors.h>

#include "http/content_codecs.h"
#include "runtime/check.h"

namespace minato::http {
namespace {

constexpr int kLevel = 3;
constexpr int kWindowBitsMax = 18;  // 256 KiB
// Of a stream. The tables would be ten times as large as the window by default.
constexpr int kStreamWindowBits = 12;
constexpr int kStreamTableBits = 12;

constexpr int kDecoderWindowBitsMax = 23;  // 8 MiB: what RFC 9659 lets a sender use

class ZstdEncoder final : public ContentEncoder {
 public:
  explicit ZstdEncoder(std::optional<size_t> body_bytes) : context_(ZSTD_createCCtx()) {
    CHECK(context_ != nullptr, "zstd does not start");
    Set(ZSTD_c_compressionLevel, kLevel);
    if (body_bytes.has_value()) {
      Set(ZSTD_c_windowLog, kWindowBitsMax);
      const size_t pledged = ZSTD_CCtx_setPledgedSrcSize(context_, *body_bytes);  // makes window and tables smaller
      CHECK(!ZSTD_isError(pledged), "zstd: {}", ZSTD_getErrorName(pledged));
    } else {
      Set(ZSTD_c_windowLog, kStreamWindowBits);
      Set(ZSTD_c_hashLog, kStreamTableBits);
      Set(ZSTD_c_chainLog, kStreamTableBits);
    }
  }
  ~ZstdEncoder() override { ZSTD_freeCCtx(context_); }

  void Encode(std::string_view piece, Then then, std::string& out) override {
    const ZSTD_EndDirective directive = then == Then::kEnd     ? ZSTD_e_end
                                        : then == Then::kFlush ? ZSTD_e_flush
                                                               : ZSTD_e_continue;
    ZSTD_inBuffer in = {piece.data(), piece.size(), 0};
    bool done = false;
    while (!done) {
      Room room(out, EncoderRoom(piece));
      ZSTD_outBuffer made = {room.begin(), room.size(), 0};
      const size_t left = ZSTD_compressStream2(context_, &made, &in, directive);
      CHECK(!ZSTD_isError(left), "zstd does not encode: {}", ZSTD_getErrorName(left));
      room.Close(made.pos);
      done = then == Then::kGoOn ? in.pos == in.size : left == 0;
    }
  }

 private:
  void Set(ZSTD_cParameter parameter, int value) {
    const size_t set = ZSTD_CCtx_setParameter(context_, parameter, value);
    CHECK(!ZSTD_isError(set), "zstd: {}", ZSTD_getErrorName(set));
  }

  ZSTD_CCtx* const context_;
};

// The head of a frame, as it comes: of zstd, or of a frame that is passed over (RFC 8878, section 3.1).
class FrameHead {
 public:
  void Restart() {
    size_ = 0;
    whole_ = false;
    content_bytes_.reset();
  }
  // False: the front of `input` is no frame's. The library would read the formats of its first years, too, whose
  // decoders know no bound.
  bool Accepts(std::string_view input) {
    for (; !whole_ && size_ < kBytesMax && !input.empty(); input.remove_prefix(1)) {
      const auto byte = static_cast<uint8_t>(input.front());
      const size_t at = size_;
      bytes_[size_++] = byte;
      const bool is_zstd = bytes_[0] == kZstd[0];
      if (at == 0 && !is_zstd && (byte & 0xf0) != kSkippable[0]) return false;
      if (at > 0 && at < std::size(kZstd) && byte != (is_zstd ? kZstd : kSkippable)[at]) return false;
      const unsigned long long content = ZSTD_getFrameContentSize(bytes_.data(), size_);
      whole_ = content != ZSTD_CONTENTSIZE_ERROR;
      if (whole_ && content != ZSTD_CONTENTSIZE_UNKNOWN) content_bytes_ = content;
    }
    return true;
  }
  // Whether a frame may have this content. The library looks at it only where the last block is not empty, or the
  // frame comes whole.
  bool Promised(uint64_t bytes) const { return content_bytes_.value_or(bytes) == bytes; }

 private:
  static constexpr size_t kBytesMax = 18;
  static constexpr uint8_t kZstd[] = {0x28, 0xb5, 0x2f, 0xfd};
  static constexpr uint8_t kSkippable[] = {0x50, 0x2a, 0x4d, 0x18};  // to 0x5f

  std::array<uint8_t, kBytesMax> bytes_{};
  size_t size_ = 0;
  bool whole_ = false;
  std::optional<uint64_t> content_bytes_;
};

class ZstdDecoder final : public ContentDecoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    CHECK(context_ != nullptr, "zstd does not start");
    const size_t set = ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kDecoderWindowBitsMax);
    CHECK(!ZSTD_isError(set), "zstd: {}", ZSTD_getErrorName(set));
  }
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }

  Status Decode(std::string_view& input, size_t bytes_max, std::string& out) override {
    Room room(out, bytes_max);
    ZSTD_outBuffer made = {room.begin(), room.size(), 0};
    const Status decoded = Fill(input, made);
    room.Close(made.pos);
    return decoded;
  }
  bool complete() const override { return complete_; }

 private:
  // Until the output is full or the input used up.
  Status Fill(std::string_view& input, ZSTD_outBuffer& made) {
    for (;;) {
      // Asked without input, a decoder between two frames would say that it waits for one.
      if (input.empty() && (complete_ || !begun_)) return OkStatus();
      begun_ = true;
      if (!head_.Accepts(input)) return DamagedBody(ContentCoding::kZstd);
      ZSTD_inBuffer in = {input.data(), input.size(), 0};
      const size_t before = made.pos;
      const size_t left = ZSTD_decompressStream(context_, &made, &in);
      input.remove_prefix(in.pos);
      if (ZSTD_isError(left)) {
        return ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge
                   ? InvalidArgument("has a window of more than {} bytes (zstd)", 1 << kDecoderWindowBitsMax)
                   : DamagedBody(ContentCoding::kZstd);
      }
      frame_bytes_ += made.pos - before;
      complete_ = left == 0;
      if (complete_) {
        if (!head_.Promised(std::exchange(frame_bytes_, 0))) return DamagedBody(ContentCoding::kZstd);
        head_.Restart();
      }
      if (made.pos == made.size || input.empty()) return OkStatus();
    }
  }

  ZSTD_DCtx* const context_;
  FrameHead head_;
  uint64_t frame_bytes_ = 0;  // of its content
  bool begun_ = false;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<ContentEncoder> NewZstdEncoder(std::optional<size_t> body_bytes) {
  return std::make_unique<ZstdEncoder>(body_bytes);
}

std::unique_ptr<ContentDecoder> NewZstdDecoder() { return std::make_unique<ZstdDecoder>(); }

}  // namespace minato::http

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "http/content_codecs.h"
#include "runtime/check.h"

namespace minato::http {
namespace {

constexpr int kWindowBitsMax = 15;
constexpr int kLevel = 4;  // half as slow as 6 on JSON, a few percent larger
// Of a stream: 16 KiB of window and what belongs to it, 16 KiB for the matches.
constexpr int kStreamWindowBits = 12;
constexpr int kStreamMemory = 5;

// zlib tells the formats apart by what is added to the window.
int Format(ZlibFormat format, int window_bits) { return format == ZlibFormat::kGzip ? window_bits + 16 : window_bits; }

ContentCoding CodingOf(ZlibFormat format) {
  return format == ZlibFormat::kGzip ? ContentCoding::kGzip : ContentCoding::kDeflate;
}

// zlib counts in 32 bits: as much of `bytes` as that allows.
uInt Some(size_t bytes) { return static_cast<uInt>(std::min<size_t>(bytes, std::numeric_limits<uInt>::max())); }

void SetInput(z_stream& stream, std::string_view input) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = Some(input.size());
}

void SetOutput(z_stream& stream, Room& room) {
  stream.next_out = reinterpret_cast<Bytef*>(room.begin());
  stream.avail_out = Some(room.size());
}

class ZlibEncoder final : public ContentEncoder {
 public:
  ZlibEncoder(ZlibFormat format, std::optional<size_t> body_bytes) {
    const int window_bits =
        body_bytes.has_value() ? std::clamp(static_cast<int>(std::bit_width(*body_bytes)), 9, kWindowBitsMax)
                               : kStreamWindowBits;
    const int memory = body_bytes.has_value() ? window_bits - 7 : kStreamMemory;  // 8, the usual, for the usual 15
    const int begun = deflateInit2(&stream_, kLevel, Z_DEFLATED, Format(format, window_bits), memory,
                                   Z_DEFAULT_STRATEGY);
    CHECK(begun == Z_OK, "zlib does not start: {}", begun);
  }
  ~ZlibEncoder() override { deflateEnd(&stream_); }

  void Encode(std::string_view piece, Then then, std::string& out) override {
    const int flush = then == Then::kEnd ? Z_FINISH : then == Then::kFlush ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    for (;;) {
      SetInput(stream_, piece);
      const uInt given = stream_.avail_in;
      const bool last = given == piece.size();
      Room room(out, EncoderRoom(piece));
      SetOutput(stream_, room);
      const int result = deflate(&stream_, last ? flush : Z_NO_FLUSH);
      CHECK(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR, "zlib does not encode: {}", result);
      piece.remove_prefix(given - stream_.avail_in);
      const bool full = stream_.avail_out == 0;
      room.Close(room.size() - stream_.avail_out);
      if (piece.empty() && !full) return;
    }
  }

 private:
  z_stream stream_{};
};

class ZlibDecoder final : public ContentDecoder {
 public:
  explicit ZlibDecoder(ZlibFormat format) : format_(format) {
    const int begun = inflateInit2(&stream_, Format(format, kWindowBitsMax));
    CHECK(begun == Z_OK, "zlib does not start: {}", begun);
  }
  ~ZlibDecoder() override { inflateEnd(&stream_); }

  Status Decode(std::string_view& input, size_t bytes_max, std::string& out) override {
    CHECK(bytes_max <= std::numeric_limits<uInt>::max());
    Room room(out, bytes_max);
    SetOutput(stream_, room);
    const Status decoded = Fill(input);
    room.Close(room.size() - stream_.avail_out);
    return decoded;
  }
  bool complete() const override { return complete_; }

 private:
  // Until the output is full or the input used up.
  Status Fill(std::string_view& input) {
    for (;;) {
      if (complete_ && !input.empty()) {
        if (format_ != ZlibFormat::kGzip) return GoesOnBehindItsEnd(CodingOf(format_));
        inflateReset(&stream_);
        complete_ = false;
      }
      if (complete_) return OkStatus();
      SetInput(stream_, input);
      const uInt given = stream_.avail_in;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      input.remove_prefix(given - stream_.avail_in);
      complete_ = result == Z_STREAM_END;
      // Z_BUF_ERROR: there was nothing to do.
      if (!complete_ && result != Z_OK && result != Z_BUF_ERROR) return DamagedBody(CodingOf(format_));
      if (stream_.avail_out == 0 || input.empty()) return OkStatus();
    }
  }

  const ZlibFormat format_;
  z_stream stream_{};
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<ContentEncoder> NewZlibEncoder(ZlibFormat format, std::optional<size_t> body_bytes) {
  return std::make_unique<ZlibEncoder>(format, body_bytes);
}

std::unique_ptr<ContentDecoder> NewZlibDecoder(ZlibFormat format) { return std::make_unique<ZlibDecoder>(format); }

}  // namespace minato::http

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdlib>

#include <brotli/decode.h>
#include <brotli/encode.h>

#include "http/content_codecs.h"
#include "runtime/check.h"

namespace minato::http {
namespace {

constexpr uint32_t kQuality = 4;
constexpr int kWindowBitsMax = 18;  // 256 KiB
constexpr int kStreamWindowBits = 12;

// Of one decoder. Its window grows with what it has decoded, to as much as the head says: 16 MiB at most.
constexpr size_t kDecoderBytesMax = 8 << 20;

class BrotliEncoder final : public ContentEncoder {
 public:
  explicit BrotliEncoder(std::optional<size_t> body_bytes)
      : state_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
    CHECK(state_ != nullptr, "brotli does not start");
    const int window_bits = body_bytes.has_value() ? std::clamp(static_cast<int>(std::bit_width(*body_bytes)),
                                                                BROTLI_MIN_WINDOW_BITS, kWindowBitsMax)
                                                   : kStreamWindowBits;
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, kQuality);
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_LGWIN, static_cast<uint32_t>(window_bits));
    if (body_bytes.has_value()) {
      const size_t hint = std::min<size_t>(*body_bytes, size_t{1} << 30);
      BrotliEncoderSetParameter(state_, BROTLI_PARAM_SIZE_HINT, static_cast<uint32_t>(hint));
    }
  }
  ~BrotliEncoder() override { BrotliEncoderDestroyInstance(state_); }

  void Encode(std::string_view piece, Then then, std::string& out) override {
    const auto operation = then == Then::kEnd     ? BROTLI_OPERATION_FINISH
                           : then == Then::kFlush ? BROTLI_OPERATION_FLUSH
                                                  : BROTLI_OPERATION_PROCESS;
    const auto* next = reinterpret_cast<const uint8_t*>(piece.data());
    size_t left = piece.size();
    size_t size = 0;
    do {  // until it has nothing more to give: the end of the input may still be inside when the output is taken
      size_t no_room = 0;
      const bool encoded = BrotliEncoderCompressStream(state_, operation, &left, &next, &no_room, nullptr, nullptr);
      CHECK(encoded, "brotli does not encode");
      size = 0;
      const uint8_t* const made = BrotliEncoderTakeOutput(state_, &size);
      out.append(reinterpret_cast<const char*>(made), size);
    } while (left > 0 || size > 0);
  }

 private:
  BrotliEncoderState* const state_;
};

// Allocates for one decoder, up to a bound.
class BoundedMemory {
 public:
  // As brotli's types have them; `self` is the BoundedMemory.
  static void* Allocate(void* self, size_t bytes) {
    size_t& live = static_cast<BoundedMemory*>(self)->live_bytes_;
    if (bytes > kDecoderBytesMax || live + bytes > kDecoderBytesMax) return nullptr;
    auto* const block = static_cast<Head*>(std::malloc(sizeof(Head) + bytes));
    if (block == nullptr) return nullptr;
    block->bytes = bytes;
    live += bytes;
    return block + 1;
  }
  static void Free(void* self, void* memory) {
    if (memory == nullptr) return;
    auto* const block = static_cast<Head*>(memory) - 1;
    static_cast<BoundedMemory*>(self)->live_bytes_ -= block->bytes;
    std::free(block);
  }

 private:
  struct alignas(std::max_align_t) Head {
    size_t bytes;
  };
  size_t live_bytes_ = 0;
};

bool IsOutOfMemory(BrotliDecoderErrorCode code) {
  return code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES && code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
}

class BrotliDecoder final : public ContentDecoder {
 public:
  BrotliDecoder()
      : state_(BrotliDecoderCreateInstance(&BoundedMemory::Allocate, &BoundedMemory::Free, &memory_)) {
    CHECK(state_ != nullptr, "brotli does not start");
  }
  ~BrotliDecoder() override { BrotliDecoderDestroyInstance(state_); }

  Status Decode(std::string_view& input, size_t bytes_max, std::string& out) override {
    if (complete()) return input.empty() ? OkStatus() : GoesOnBehindItsEnd(ContentCoding::kBrotli);
    Room room(out, bytes_max);
    size_t in_left = input.size();
    size_t out_left = room.size();
    const auto* next_in = reinterpret_cast<const uint8_t*>(input.data());
    auto* next_out = reinterpret_cast<uint8_t*>(room.begin());
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(state_, &in_left, &next_in, &out_left, &next_out, nullptr);
    input.remove_prefix(input.size() - in_left);
    room.Close(bytes_max - out_left);
    if (result == BROTLI_DECODER_RESULT_ERROR) {
      return IsOutOfMemory(BrotliDecoderGetErrorCode(state_))
                 ? InvalidArgument("needs more than {} bytes of memory to be decoded (br)", kDecoderBytesMax)
                 : DamagedBody(ContentCoding::kBrotli);
    }
    if (complete() && !input.empty() && out_left > 0) return GoesOnBehindItsEnd(ContentCoding::kBrotli);
    return OkStatus();
  }
  bool complete() const override { return BrotliDecoderIsFinished(state_); }

 private:
  BoundedMemory memory_;
  BrotliDecoderState* const state_;
};

}  // namespace

std::unique_ptr<ContentEncoder> NewBrotliEncoder(std::optional<size_t> body_bytes) {
  return std::make_unique<BrotliEncoder>(body_bytes);
}

std::unique_ptr<ContentDecoder> NewBrotliDecoder() { return std::make_unique<BrotliDecoder>(); }

}  // namespace minato::http

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/headers.h"
#include "http/http1_error.h"

namespace minato::http {

struct ChunkLimits {
  uint64_t body_bytes_max = UINT64_MAX;
  size_t chunk_line_bytes_max = 256;          // Size and extensions of one chunk.
  size_t chunk_overhead_bytes_max = 16 << 10;  // Framing in excess of 16 bytes a chunk and 2 a byte of data.
  size_t trailer_bytes_max = 8 << 10;
  bool keep_trailers = true;
};

// Takes the chunked transfer coding (RFC 9112, 7.1) off a body, strictly: CR LF everywhere, no white space around a
// size. Extensions are checked, bounded and dropped.
//
// Call Next until it returns kNeedInput, kEnd or kError.
class Http1ChunkedDecoder {
 public:
  enum class Event { kNeedInput, kData, kEnd, kError };

  explicit Http1ChunkedDecoder(const ChunkLimits& limits) : limits_(limits) {}

  // Takes what it used from the front of `input`. After kEnd the rest belongs to the next message.
  Event Next(std::string_view& input);
  // After kData: a view into that input.
  std::string_view data() const { return data_; }
  // After kEnd. Names that belong to a head, as content-length, are left out.
  const Headers& trailers() const { return trailers_; }
  // Would Next get to the end, or an error, without bytes beyond `input`?
  bool EndsIn(std::string_view input) const;
  // After kError.
  const Http1Error& error() const { return error_; }
  // Ready for the next body.
  void Reset();

 private:
  enum class Stage {
    kSizeStart, kSize, kExtension, kSizeLf, kData, kDataCr, kDataLf, kTrailerStart, kTrailerName, kTrailerValue,
    kTrailerLf, kEndLf, kDone, kFailed,
  };

  // One byte of framing; kData and kDone are never its input stage.
  bool Step(char c);
  bool StepSize(char c);
  bool StepTrailer(char c);
  bool EndSizeLine();
  void EndTrailer();
  bool Fail(Http1Fault fault, std::string message);

  ChunkLimits limits_;
  Stage stage_ = Stage::kSizeStart;
  uint64_t chunk_left_ = 0;
  uint64_t body_bytes_ = 0;
  size_t line_bytes_ = 0;
  size_t overhead_bytes_ = 0;
  size_t trailer_bytes_ = 0;
  std::string_view data_;
  std::string trailer_;  // the line so far
  Headers trailers_;
  Http1Error error_;
};

}  // namespace minato::http

#include "http/http1_chunked_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "http/http1_chars.h"
#include "http/known_header.h"

namespace minato::http {
namespace {

// What a chunk's framing may cost without being counted against the sender.
constexpr size_t kFreeOverheadPerChunk = 16;
constexpr size_t kFreeOverheadPerByte = 2;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Framing, routing and what belongs to a connection (RFC 9110, 6.5.1).
bool IsForHeadsOnly(KnownHeader header) {
  switch (header) {
    case KnownHeader::kTe:
    case KnownHeader::kHost:
    case KnownHeader::kExpect:
    case KnownHeader::kTrailer:
    case KnownHeader::kUpgrade:
    case KnownHeader::kConnection:
    case KnownHeader::kKeepAlive:
    case KnownHeader::kContentLength:
    case KnownHeader::kProxyConnection:
    case KnownHeader::kTransferEncoding:
      return true;
    default:
      return false;
  }
}

// A value with its CR LF.
std::string_view TrimLine(std::string_view value) {
  value.remove_suffix(2);
  return TrimOptionalWhitespace(value);
}

std::string Describe(char c) { return fmt::format("byte 0x{:02x}", static_cast<uint8_t>(c)); }

}  // namespace

Http1ChunkedDecoder::Event Http1ChunkedDecoder::Next(std::string_view& input) {
  if (stage_ == Stage::kDone) return Event::kEnd;
  if (stage_ == Stage::kFailed) return Event::kError;
  while (!input.empty()) {
    if (stage_ == Stage::kData) {
      const size_t size = static_cast<size_t>(std::min<uint64_t>(chunk_left_, input.size()));
      data_ = input.substr(0, size);
      input.remove_prefix(size);
      chunk_left_ -= size;
      if (chunk_left_ == 0) stage_ = Stage::kDataCr;
      return Event::kData;
    }
    const char c = input.front();
    input.remove_prefix(1);
    if (!Step(c)) return Event::kError;
    if (stage_ == Stage::kDone) return Event::kEnd;
  }
  return Event::kNeedInput;
}

bool Http1ChunkedDecoder::EndsIn(std::string_view input) const {
  Http1ChunkedDecoder ahead = *this;
  for (;;) {
    switch (ahead.Next(input)) {
      case Event::kData: continue;
      case Event::kNeedInput: return false;
      case Event::kEnd:
      case Event::kError: return true;
    }
  }
}

void Http1ChunkedDecoder::Reset() {
  const ChunkLimits limits = limits_;
  *this = Http1ChunkedDecoder(limits);
}

bool Http1ChunkedDecoder::Step(char c) {
  switch (stage_) {
    case Stage::kSizeStart:
    case Stage::kSize:
    case Stage::kExtension:
    case Stage::kSizeLf:
      return StepSize(c);
    case Stage::kDataCr:
      if (c != '\r') return Fail(Http1Fault::kBadRequest, "a chunk is longer than its size says");
      stage_ = Stage::kDataLf;
      return true;
    case Stage::kDataLf:
      if (c != '\n') return Fail(Http1Fault::kBadRequest, "a chunk does not end with CR LF");
      stage_ = Stage::kSizeStart;
      return true;
    default:
      return StepTrailer(c);
  }
}

bool Http1ChunkedDecoder::StepSize(char c) {
  if (++line_bytes_ > limits_.chunk_line_bytes_max) {
    return Fail(Http1Fault::kBadRequest,
                fmt::format("a chunk size line is longer than {} bytes", limits_.chunk_line_bytes_max));
  }
  switch (stage_) {
    case Stage::kSizeStart:
    case Stage::kSize: {
      if (const int digit = HexDigit(c); digit >= 0) {
        if (chunk_left_ >> 60 != 0) return Fail(Http1Fault::kBadRequest, "a chunk size exceeds 64 bits");
        chunk_left_ = chunk_left_ << 4 | static_cast<uint64_t>(digit);
        stage_ = Stage::kSize;
        return true;
      }
      if (stage_ == Stage::kSize && c == ';') {
        stage_ = Stage::kExtension;
        return true;
      }
      if (stage_ == Stage::kSize && c == '\r') {
        stage_ = Stage::kSizeLf;
        return true;
      }
      return Fail(Http1Fault::kBadRequest, fmt::format("{} in a chunk size", Describe(c)));
    }
    case Stage::kExtension:
      if (c == '\r') {
        stage_ = Stage::kSizeLf;
        return true;
      }
      if (!IsFieldValue(c)) return Fail(Http1Fault::kBadRequest, fmt::format("{} in a chunk extension", Describe(c)));
      return true;
    default:
      if (c != '\n') return Fail(Http1Fault::kBadRequest, "a chunk size line does not end with CR LF");
      return EndSizeLine();
  }
}

bool Http1ChunkedDecoder::EndSizeLine() {
  overhead_bytes_ += line_bytes_;
  line_bytes_ = 0;
  const uint64_t free = chunk_left_ > limits_.chunk_overhead_bytes_max
                            ? overhead_bytes_
                            : kFreeOverheadPerChunk + kFreeOverheadPerByte * chunk_left_;
  overhead_bytes_ -= static_cast<size_t>(std::min<uint64_t>(free, overhead_bytes_));
  if (overhead_bytes_ > limits_.chunk_overhead_bytes_max) {
    return Fail(Http1Fault::kBadRequest, "the chunked body is mostly framing");
  }
  if (chunk_left_ == 0) {
    stage_ = Stage::kTrailerStart;
    return true;
  }
  if (chunk_left_ > limits_.body_bytes_max - body_bytes_) {
    return Fail(Http1Fault::kBodyTooLarge,
                fmt::format("the body is larger than {} bytes", limits_.body_bytes_max));
  }
  body_bytes_ += chunk_left_;
  stage_ = Stage::kData;
  return true;
}

bool Http1ChunkedDecoder::StepTrailer(char c) {
  if (++trailer_bytes_ > limits_.trailer_bytes_max) {
    return Fail(Http1Fault::kHeadTooLarge, fmt::format("trailers exceed {} bytes", limits_.trailer_bytes_max));
  }
  if (limits_.keep_trailers && stage_ != Stage::kTrailerStart) trailer_.push_back(c);
  switch (stage_) {
    case Stage::kTrailerStart:
      if (c == '\r') {
        stage_ = Stage::kEndLf;
        return true;
      }
      if (!IsToken(c)) return Fail(Http1Fault::kBadRequest, fmt::format("{} begins a trailer", Describe(c)));
      if (limits_.keep_trailers) trailer_.assign(1, c);
      stage_ = Stage::kTrailerName;
      return true;
    case Stage::kTrailerName:
      if (c == ':') {
        stage_ = Stage::kTrailerValue;
        return true;
      }
      if (!IsToken(c)) return Fail(Http1Fault::kBadRequest, fmt::format("{} in a trailer name", Describe(c)));
      return true;
    case Stage::kTrailerValue:
      if (c == '\r') {
        stage_ = Stage::kTrailerLf;
        return true;
      }
      if (!IsFieldValue(c)) return Fail(Http1Fault::kBadRequest, fmt::format("{} in a trailer", Describe(c)));
      return true;
    case Stage::kTrailerLf:
      if (c != '\n') return Fail(Http1Fault::kBadRequest, "a trailer does not end with CR LF");
      if (limits_.keep_trailers) EndTrailer();
      stage_ = Stage::kTrailerStart;
      return true;
    default:
      if (c != '\n') return Fail(Http1Fault::kBadRequest, "the chunked body does not end with CR LF");
      stage_ = Stage::kDone;
      return true;
  }
}

void Http1ChunkedDecoder::EndTrailer() {
  const std::string_view line = trailer_;
  const size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (!IsForHeadsOnly(ClassifyHeader(name))) trailers_.Add(name, TrimLine(line.substr(colon + 1)));
}

bool Http1ChunkedDecoder::Fail(Http1Fault fault, std::string message) {
  stage_ = Stage::kFailed;
  error_ = {fault, std::move(message)};
  return false;
}

}  // namespace minato::http

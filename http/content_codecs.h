// One library's encoder and decoder each, behind the interface of content_coding.h.
#pragma once

#include "http/content_coding.h"

namespace minato::http {

enum class ZlibFormat { kGzip, kZlib };

std::unique_ptr<ContentEncoder> NewZlibEncoder(ZlibFormat format, std::optional<size_t> body_bytes);
std::unique_ptr<ContentDecoder> NewZlibDecoder(ZlibFormat format);

std::unique_ptr<ContentEncoder> NewBrotliEncoder(std::optional<size_t> body_bytes);
std::unique_ptr<ContentDecoder> NewBrotliDecoder();

std::unique_ptr<ContentEncoder> NewZstdEncoder(std::optional<size_t> body_bytes);
std::unique_ptr<ContentDecoder> NewZstdDecoder();

// `out` longer by `bytes`, which a library then fills from its front; the rest is taken back.
class Room {
 public:
  Room(std::string& out, size_t bytes) : out_(out), begin_(out.size()) { out_.resize(begin_ + bytes); }
  char* begin() { return out_.data() + begin_; }
  size_t size() const { return out_.size() - begin_; }
  // How many bytes of it are used. Last.
  void Close(size_t used) { out_.resize(begin_ + used); }

 private:
  std::string& out_;
  const size_t begin_;
};

// How far an encoder lets its output grow at a time.
inline size_t EncoderRoom(std::string_view piece) { return piece.size() / 2 + 256; }

// Decoders. What follows "the body ".
inline Status DamagedBody(ContentCoding coding) { return InvalidArgument("is no {}", Name(coding)); }
inline Status GoesOnBehindItsEnd(ContentCoding coding) {
  return InvalidArgument("goes on behind the end of its {}", Name(coding));
}

}  // namespace minato::http

#include "gateway/grpc_encoding.h"

#include "http/content_coding.h"

namespace minato::gateway {

Status GrpcEncoding::Decompress(std::string_view bytes, size_t bytes_max, std::string& message) const {
  if (name_ == "gzip") return http::DecodeWhole(http::ContentCoding::kGzip, bytes, bytes_max, message);
  if (name_ == "deflate") return http::DecodeWhole(http::ContentCoding::kDeflate, bytes, bytes_max, message);
  if (name_ == "identity") return FailedPrecondition("compressed without an encoding");
  return Unimplemented("unknown encoding {}", name_);
}

}  // namespace minato::gateway

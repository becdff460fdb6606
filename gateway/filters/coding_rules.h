// Which answers are encoded, and what that says in their heads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "gateway/front/client_stream.h"
#include "http/accept_encoding.h"

namespace minato::gateway {

// In the order of our preference. br is for bodies that are there at once (http/content_coding.h); for a stream gzip
// comes first, being the smallest in memory.
inline constexpr std::array kWholeBodyCodings = {http::ContentCoding::kZstd, http::ContentCoding::kBrotli,
                                                 http::ContentCoding::kGzip, http::ContentCoding::kDeflate};
inline constexpr std::array kStreamCodings = {http::ContentCoding::kGzip, http::ContentCoding::kZstd,
                                              http::ContentCoding::kDeflate};
// For Accept-Encoding.
inline constexpr std::string_view kRequestCodings = "zstd, br, gzip, deflate";

// Whether the answer would go encoded to a client that takes it so: a body of a type that shrinks, nobody has encoded
// it or forbidden to (no-transform), and of 1 KiB or more. `body_bytes`: if they are known.
bool IsWorthEncoding(std::string_view method, const ResponseHead& head, std::optional<uint64_t> body_bytes);
// The same without looking at the size.
bool MayBeEncoded(std::string_view method, const ResponseHead& head);

// The head of the encoded answer. No content_length.
ResponseHead EncodedHead(const ResponseHead& head, http::ContentCoding coding);
// Whether the head says already that the answer depends on Accept-Encoding.
bool VariesByEncoding(const ResponseHead& head);

}  // namespace minato::gateway

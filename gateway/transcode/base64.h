#pragma once

#include <cstddef>
#include <string_view>

namespace minato::gateway {

// Room for the encoded form, with padding.
constexpr size_t Base64Size(size_t bytes) { return (bytes + 2) / 3 * 4; }
// Room that decoding never exceeds.
constexpr size_t Base64DecodedMax(size_t characters) { return characters / 4 * 3 + 3; }

// Writes the standard alphabet with padding at `w`, returns the end.
char* EncodeBase64(char* w, std::string_view bytes);

// Decodes the standard or the URL-safe alphabet, not both in one text; padding whole or left out,
// no bits left over. Returns the end of what was written at `w`, nullptr if the text is not base64.
// `w` has Base64DecodedMax(text.size()) bytes.
char* DecodeBase64(char* w, std::string_view text);

}  // namespace minato::gateway

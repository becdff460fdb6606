#pragma once

#include <string>
#include <string_view>

#include "gateway/transcode/sink.h"

namespace minato::gateway {

// What is not UTF-8 in a string to be printed.
enum class BadUtf8 : uint8_t {
  kRefuse,
  kSpace,    // Each bad sequence becomes a space.
  kAsEnvoy,  // The same, but overlong forms and surrogates pass as they are.
};

// Appends `text` as a JSON string with its quotes, escaped as Envoy's printer does: beyond what
// JSON asks for, also
// '<', '>', DEL, and the invisible and formatting characters of Unicode. '/' stays.
// False, with something half-written, if the text is not UTF-8 and that is refused.
[[nodiscard]] bool AppendJsonString(Sink& sink, std::string_view text, BadUtf8 bad_utf8);

// The same, for texts of our own.
std::string QuoteJson(std::string_view text);

}  // namespace minato::gateway

// How the messages of a server stream become one body, and how that body says that the stream failed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace minato::gateway {

enum class StreamFraming : uint8_t {
  kArray,    // [{…},{…}]
  kNewline,  // {…}\n{…}\n
  kSse,      // data: {…}\n\n: events for an EventSource
};

std::string_view StreamContentType(StreamFraming framing);

// What stands in front of a message, behind it, and at the end of the stream. `empty`: no message has come so far.
std::string_view BeforeMessage(StreamFraming framing, bool empty);
std::string_view AfterMessage(StreamFraming framing);
std::string_view AfterStream(StreamFraming framing, bool empty);

// How a body that has told of an error goes on.
enum class StreamEnd : uint8_t {
  kWhole,  // it is complete, and ends as any other
  kCut,    // it ends within the array: so that no program takes it for all, it must be cut as well
};

// Appends what tells the client that the stream failed: a last element, a last line, or an event "error" with the error
// as its data. `error_json` is one line.
StreamEnd AppendStreamError(StreamFraming framing, bool empty, std::string_view error_json, std::string& body);

}  // namespace minato::gateway

#include "gateway/stream_framing.h"

namespace minato::gateway {

std::string_view StreamContentType(StreamFraming framing) {
  return framing == StreamFraming::kSse ? "text/event-stream" : "application/json";
}

std::string_view BeforeMessage(StreamFraming framing, bool empty) {
  switch (framing) {
    case StreamFraming::kArray: return empty ? "[" : ",";
    case StreamFraming::kNewline: return "";
    case StreamFraming::kSse: return "data: ";
  }
  return "";
}

std::string_view AfterMessage(StreamFraming framing) {
  switch (framing) {
    case StreamFraming::kArray: return "";
    case StreamFraming::kNewline: return "\n";
    case StreamFraming::kSse: return "\n\n";
  }
  return "";
}

std::string_view AfterStream(StreamFraming framing, bool empty) {
  if (framing != StreamFraming::kArray) return "";
  return empty ? "[]" : "]";
}

StreamEnd AppendStreamError(StreamFraming framing, bool empty, std::string_view error_json, std::string& body) {
  if (framing == StreamFraming::kSse) body += "event: error\n";
  body.append(BeforeMessage(framing, empty)).append(error_json).append(AfterMessage(framing));
  return framing == StreamFraming::kArray ? StreamEnd::kCut : StreamEnd::kWhole;
}

}  // namespace minato::gateway

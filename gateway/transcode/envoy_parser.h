#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gateway/transcode/envoy_events.h"

namespace minato::gateway {

// Reads JSON as Envoy's transcoder does: single quotes, bare keys, trailing commas and control
// characters are good, and a failure is told in three lines (what, the text around it, a caret)
// that depend on how the text was cut into pieces. Takes any bytes in any pieces; events come as
// soon as they are sure. Written from its behaviour, which is that of libprotobuf's streaming
// parser up to version 21.
class EnvoyParser {
 public:
  // `events` must outlive the parser.
  explicit EnvoyParser(JsonEvents& events) : events_(events) {}

  // After an error nothing more may be parsed.
  absl::Status Parse(std::string_view piece);
  absl::Status Finish();

 private:
  // What may come next; kept as a stack.
  enum class Expect { kValue, kEntry, kColon, kAfterEntry, kElement, kAfterElement };
  enum class Token {
    kString,
    kNumber,
    kTrue,
    kFalse,
    kNull,
    kObject,
    kObjectEnd,
    kArray,
    kArrayEnd,
    kColon,
    kComma,
    kKey,
    kUnknown
  };
  // kMore: the piece ends too early to say.
  enum class Result { kDone, kMore, kFailed };

  absl::Status ParseText(std::string_view text);
  Result Run();
  Result Step(Expect expect, Token token);
  Result Value(Token token);
  Result Entry(Token token);
  Result String();
  Result UnicodeEscape();
  Result Number();
  Result Double(std::string_view text, JsonScalar& value);
  Result BareKey();
  Token Next();
  void SkipSpace();
  Result Fail(std::string_view what);
  // Something unexpected: more text may cure it, unless there is none.
  Result FailUnknown(std::string_view what);
  size_t left() const { return text_.size() - at_; }
  std::string_view rest() const { return text_.substr(at_); }

  JsonEvents& events_;
  std::vector<Expect> stack_ = {Expect::kValue};
  std::string_view text_;  // The piece being parsed, with what was left over before it.
  size_t at_ = 0;
  std::string leftover_;
  bool finishing_ = false;
  char quote_ = 0;      // Inside a string that goes on in the next piece.
  std::string string_;  // What of it is unescaped so far.
  std::string key_;
  int depth_ = 0;
  absl::Status status_;
};

}  // namespace minato::gateway

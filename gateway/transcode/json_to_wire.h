#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gateway/transcode/array_splitter.h"
#include "gateway/transcode/binding.h"
#include "gateway/transcode/json_read_options.h"
#include "gateway/transcode/schema.h"

namespace minato::gateway {

// What a JSON body becomes: a `message` whose field at `target` is the body (empty: the body is the
// message itself, as with `body: "*"`), and bindings. Tables must outlive the request.
//
// Where the body and a binding set the same singular field, the body wins; null does not count as
// set. Elements bound to a repeated field come after those of the body. A body that is no object (a
// google.protobuf.Timestamp, say) is the whole message: bindings beside it do not count.
struct JsonRequest {
  const MessageTable* message = nullptr;
  FieldPath target;
  Bindings bindings;
  JsonReadOptions options;
};

// Appends the wire form of one body to `wire`. An empty body stands for {}.
// InvalidArgument tells the path, line and column: `person.age: expected a 32-bit integer, found
// "x" (line 1, column 9)`. After an error what was appended has no meaning. With Dialect::kEnvoy
// the texts are Envoy's.
absl::Status JsonToWire(const JsonRequest& request, std::string_view body, std::string& wire);

// Appends the bindings alone, for a request whose body is no JSON (google.api.HttpBody).
absl::Status BindingsToWire(const JsonRequest& request, std::string& wire);

class EnvoyReader;

// The same as JsonToWire for a body that arrives in pieces, cut anywhere. Holds the pieces until
// they can be read: for one message the whole body, for a stream of messages the element that is
// not whole yet. The caller bounds what it feeds.
class JsonBody {
 public:
  enum class Shape {
    kMessage,
    kArray,  // Client streaming: each element is a message; bindings go into the first only.
  };

  // `request` must outlive the body.
  JsonBody(const JsonRequest& request, Shape shape);
  ~JsonBody();

  // Appends the messages that became whole. After an error nothing more may be fed.
  absl::Status Feed(std::string_view piece, std::vector<std::string>& messages);
  absl::Status Finish(std::vector<std::string>& messages);

  // Dialect::kEnvoy, after an error of Finish: only the end of the body made it one.
  bool cut_off() const { return cut_off_; }

  // Of kMessage the body so far, of kArray the element that is not whole.
  size_t held_bytes() const { return held_.size() + splitter_.element().size(); }
  // kMessage: the body so far.
  std::string_view held() const { return held_; }

 private:
  absl::Status ReadElements(std::string_view text, std::vector<std::string>& messages);

  const JsonRequest& request_;
  const Shape shape_;
  std::string held_;
  std::vector<size_t> piece_ends_;      // Envoy's error texts depend on where the body was cut.
  std::unique_ptr<EnvoyReader> envoy_;  // Reads an array as it comes.
  ArraySplitter splitter_;
  size_t elements_ = 0;
  bool cut_off_ = false;
};

// The fields a JSON body mentions, as paths for a google.protobuf.FieldMask relative to the body's
// message: proto names, each once, down to the last singular plain message ("person.pet.name"). For
// PATCH, when the client sent no mask. Unknown fields are left out; a body that is no object of strict JSON
// has none.
std::vector<std::string> MentionedFields(const MessageTable& message, std::string_view body);

}  // namespace minato::gateway

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/transcode/schema.h"

namespace minato::gateway {

// How JSON is laid out; the default is Envoy's default.
struct JsonPrintOptions {
  enum class Whitespace : uint8_t {
    kNone,
    kIndent,  // One space a level, and a newline at the end.
  };
  enum class Unset : uint8_t {
    kOmit,
    kPrint,  // Fields without presence, empty lists and maps (always_print_primitive_fields).
  };
  enum class Enums : uint8_t { kNames, kNumbers };
  enum class Names : uint8_t { kJson, kProto };
  enum class Wire : uint8_t {
    kStrict,  // At most 100 objects and arrays inside each other.
    kEnvoy,   // At most 100 messages, of which a level of a google.protobuf.Struct takes three; a
             // zero byte for a tag ends a message; a known field of another wire type is an error,
             // not unknown. Errors have Envoy's texts.
  };
  // A google.protobuf.Any whose type is not in the schema, or whose bytes are not of its type.
  enum class UnreadableAny : uint8_t {
    kRefuse,
    kBytes,  // {"@type":"…","value":"<base64>"}
  };
  Whitespace whitespace = Whitespace::kNone;
  Unset unset = Unset::kOmit;
  Enums enums = Enums::kNames;
  Names names = Names::kJson;
  Wire wire = Wire::kStrict;
  UnreadableAny unreadable_any = UnreadableAny::kRefuse;
};

// Appends the JSON form of a message, fields by number whatever their order on the wire. Unknown
// fields are left out. An error means that the peer sent something that cannot be printed (cut off,
// a singular field twice, text that is not UTF-8, a time out of range, an Any of a type not in the
// schema unless that is allowed); what was appended then has no meaning.
absl::Status WireToJson(const MessageTable& message, std::string_view wire,
                        const JsonPrintOptions& options, std::string& json);

// Prints only the value at `path` (google.api.http's response_body). What is not set prints as its
// default: {} for a message, null for a wrapper and the like, [] for a list.
absl::Status WireFieldToJson(const FieldPath& path, std::string_view wire,
                             const JsonPrintOptions& options, std::string& json);

}  // namespace minato::gateway

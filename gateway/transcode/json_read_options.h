#pragma once

#include <cstdint>

namespace minato::gateway {

// What is done with a key that names no field.
enum class UnknownFields : uint8_t { kRefuse, kIgnore };
enum class EnumNames : uint8_t {
  kExact,
  kAnyCase,  // In capitals they count, too, and '-' is '_' then.
};
enum class Dialect : uint8_t {
  kStrict,  // RFC 8259 and the types as protobuf's JSON mapping writes them.
  kEnvoy,   // What Envoy's transcoder reads, with its results and its error texts.
};
// When the body and a binding give the same singular field different values.
enum class Collisions : uint8_t { kBodyWins, kRefuse };

struct JsonReadOptions {
  Dialect dialect = Dialect::kStrict;
  UnknownFields unknown_fields = UnknownFields::kRefuse;
  EnumNames enum_names = EnumNames::kExact;
  Collisions collisions = Collisions::kBodyWins;

  static constexpr JsonReadOptions Minato() { return {}; }
  static constexpr JsonReadOptions Envoy() {
    JsonReadOptions options;
    options.dialect = Dialect::kEnvoy;
    options.unknown_fields = UnknownFields::kIgnore;
    return options;
  }
};

// Objects and arrays inside each other, counted from the body.
inline constexpr int kJsonDepthMax = 100;
// Messages inside each other, entries of maps among them: what protobuf reads unless told otherwise. Only
// google.protobuf.Struct and Value get there before kJsonDepthMax: an object in them is three messages, a list two.
inline constexpr int kMessageDepthMax = 100;

}  // namespace minato::gateway

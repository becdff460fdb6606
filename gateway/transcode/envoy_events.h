#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace minato::gateway {

// A JSON scalar as Envoy's parser hands it on: what fits 64 bits is an integer, everything else a
// double.
struct JsonNull {};
using JsonScalar = std::variant<JsonNull, bool, int64_t, uint64_t, double, std::string>;

// The parts of a JSON text in order. `name` is the key, empty in a list and at the root.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual void StartObject(std::string_view name) = 0;
  virtual void EndObject() = 0;
  virtual void StartList(std::string_view name) = 0;
  virtual void EndList() = 0;
  virtual void Scalar(std::string_view name, const JsonScalar& value) = 0;
};

}  // namespace minato::gateway

// Reads one protobuf message of Envoy's configuration out of YAML, field by field, as Envoy's own JSON parser types
// them. Fields are asked for by their proto name and found under that or their lowerCamelCase name; null is the same
// as absent. What nobody asked for is an error when the reader goes. Errors are collected, so that one look at a file
// tells them all; a getter that found one returns the default.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/time/time.h>

#include "gateway/config/bootstrap.h"
#include "gateway/config/yaml_document.h"
#include "runtime/status.h"

namespace minato::gateway::config {

class ConfigErrors {
 public:
  static constexpr size_t kErrorsMax = 20;

  explicit ConfigErrors(std::string_view file) : file_(file) {}
  const std::string& file() const { return file_; }

  template <typename... Args>
  void Add(const Place& place, fmt::format_string<Args...> format, Args&&... args) {
    AddText(place, fmt::format(format, std::forward<Args>(args)...));
  }
  size_t count() const { return count_; }  // those beyond kErrorsMax, too
  // InvalidArgument, one line an error in the order of the file: "FILE:LINE: path: what is wrong".
  Status ToStatus() const;

 private:
  void AddText(const Place& place, std::string text);

  const std::string file_;
  size_t count_ = 0;
  std::vector<std::pair<Place, std::string>> errors_;
};

// A value and the way to it. The document must outlive it.
struct YamlValue {
  const YamlNode* node = nullptr;
  std::string path;
  bool is_any = false;  // a google.protobuf.Any: "@type" is no field

  Place place() const { return {path, node->line}; }
};

// A message of Envoy's API: a field outside this list is a typing error, one in it that nobody reads is
// "not supported".
struct EnvoyMessage {
  std::string_view name;
  std::string_view fields;        // separated by one space
  std::string_view wrapped = {};  // those of them that are messages around one number or bool, as UInt32Value
};

struct UInt32Range {
  uint32_t min = 0;
  uint32_t max = std::numeric_limits<uint32_t>::max();
};

struct DurationRange {
  absl::Duration min = absl::ZeroDuration();
  absl::Duration max = absl::InfiniteDuration();
};

class MessageReader {
 public:
  // `message` and `errors` must outlive the reader.
  MessageReader(YamlValue value, const EnvoyMessage& message, ConfigErrors& errors);
  ~MessageReader();
  MessageReader(const MessageReader&) = delete;
  MessageReader& operator=(const MessageReader&) = delete;

  const YamlValue& value() const { return value_; }
  Place place() const { return {value_.path, value_.node->line, errors_.file()}; }
  // Where the field stands; the message, if it is not there.
  Place PlaceOf(std::string_view field) const;
  ConfigErrors& errors() { return errors_; }

  // Says that the field is there, without taking it.
  bool Has(std::string_view field) const;
  // Adds the error that the field is missing, unless a name that is none seems to mean it: that one is told then.
  void Missing(std::string_view field);
  std::optional<YamlValue> Take(std::string_view field);
  std::optional<YamlValue> TakeRequired(std::string_view field);
  // The elements of a repeated field; a single value is a list of one, as in protobuf's parser.
  std::vector<YamlValue> TakeList(std::string_view field);
  // The entries of a map with string keys.
  std::vector<std::pair<std::string, YamlValue>> TakeMap(std::string_view field);

  std::string String(std::string_view field, std::string_view otherwise = {});
  std::string RequiredString(std::string_view field);
  std::vector<std::string> Strings(std::string_view field);
  bool Bool(std::string_view field, bool otherwise = false);
  uint32_t UInt32(std::string_view field, uint32_t otherwise, UInt32Range range = {});
  std::optional<uint32_t> OptionalUInt32(std::string_view field, UInt32Range range = {});
  absl::Duration Duration(std::string_view field, absl::Duration otherwise, DurationRange range = {});
  std::optional<absl::Duration> OptionalDuration(std::string_view field, DurationRange range = {});
  std::string Bytes(std::string_view field);

  // An enum by the names of its values, whatever their case (protobuf's numbers are not read); a name without a value
  // is one that Envoy has and Minato does not do.
  template <typename E>
  E Enum(std::string_view field, E otherwise,
         std::initializer_list<std::pair<std::string_view, std::optional<E>>> values);

  // Which of a oneof's fields is set, "" for none. More than one is an error, none is if it is `required`.
  enum class OneOf { kRequired, kOptional };
  std::string_view WhichOf(std::initializer_list<std::string_view> fields, OneOf need);

  // Takes a field that is understood and makes no difference here, for the reason given.
  void WithoutEffect(std::string_view field, std::string_view reason);
  // Takes a bool that may only have the value given (Envoy's default).
  void OnlyBool(std::string_view field, bool only);

 private:
  struct Field {
    const YamlNode::Entry* entry;
    bool taken = false;
  };

  static bool IsEnumName(std::string_view enum_name, std::string_view text);
  std::string UnknownField(std::string_view key) const;
  YamlValue Child(std::string_view field, const YamlNode& node) const;
  // nullptr for absent and null.
  const YamlNode* Find(std::string_view field);
  // The number or bool of a field that may be written as the message around it; nullptr for a message without it.
  const YamlNode* Unwrapped(std::string_view field, const YamlValue& value);
  // Of one that is written as the message that it is.
  absl::Duration DurationFields(const YamlValue& value);
  std::optional<std::string> EnumText(std::string_view field);
  void RefuseEnum(std::string_view field, std::string_view name, bool known, std::vector<std::string_view> names);

  const YamlValue value_;
  const EnvoyMessage& message_;
  ConfigErrors& errors_;
  std::vector<Field> fields_;
};

template <typename E>
E MessageReader::Enum(std::string_view field, E otherwise,
                      std::initializer_list<std::pair<std::string_view, std::optional<E>>> values) {
  const std::optional<std::string> name = EnumText(field);
  if (!name) return otherwise;
  std::vector<std::string_view> names;
  bool known = false;
  for (const auto& [value_name, value] : values) {
    if (value) names.push_back(value_name);
    if (!IsEnumName(value_name, *name)) continue;
    if (value) return *value;
    known = true;
  }
  RefuseEnum(field, *name, known, std::move(names));
  return otherwise;
}

// A google.protobuf.Any: the type's full name ("" and an error if there is none) and its value, marked as such.
struct TypedValue {
  std::string type;
  YamlValue value;
};
TypedValue ReadAny(YamlValue any, ConfigErrors& errors);

// A type.v3.Percent.
double ReadPercent(const YamlValue& value, ConfigErrors& errors);

}  // namespace minato::gateway::config

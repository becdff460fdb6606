#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "gateway/transcode/name_index.h"

namespace google::protobuf {
class Descriptor;
class EnumDescriptor;
class FileDescriptor;
}  // namespace google::protobuf

namespace minato::gateway {

struct MessageTable;
class Schema;

// Wire shape and JSON shape of one value.
enum class Kind : uint8_t {
  kDouble,
  kFloat,
  kInt32,
  kInt64,
  kUint32,
  kUint64,
  kSint32,
  kSint64,
  kFixed32,
  kFixed64,
  kSfixed32,
  kSfixed64,
  kBool,
  kString,
  kBytes,
  kEnum,
  kMessage,
  kGroup,
};

enum class Cardinality : uint8_t { kSingular, kRepeated, kMap };

// What the absence of a singular field means.
enum class Presence : uint8_t { kImplicit, kExplicit, kRequired };

// Message types with a JSON form of their own.
enum class WellKnown : uint8_t {
  kNone,
  kAny,
  kDuration,
  kEmpty,
  kFieldMask,
  kHttpBody,
  kListValue,
  kStruct,
  kTimestamp,
  kValue,
  kWrapper,
};

enum class WireType : uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kLength = 2,
  kStartGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5
};

// A field number and wire type, ready to be copied out.
struct Tag {
  char bytes[5] = {};
  uint8_t size = 0;
};

struct EnumValue {
  std::string name;
  int32_t number = 0;
};

struct EnumTable {
  std::string full_name;
  // As declared: the first is the default, the first of a number names it.
  std::vector<EnumValue> values;
  bool is_null_value = false;  // google.protobuf.NullValue

  const EnumValue* FindName(std::string_view name) const { return by_name.Find(name); }
  // The same for `name` in capitals, with '_' for '-': a name that is declared in small letters is not found.
  const EnumValue* FindFolded(std::string_view name) const;
  const EnumValue* FindNumber(int32_t number) const;

  NameIndex<const EnumValue> by_name;
  std::vector<const EnumValue*> by_number;  // Ascending, one entry a number.
  int32_t dense_first = 0;  // by_number[i] has number dense_first + i for i < dense_count.
  size_t dense_count = 0;
};

struct FieldTable {
  static constexpr size_t kKeySlack = 16;

  std::string name;  // As in the .proto.
  std::string json_name;
  std::string full_name;
  // `,"jsonName":`, escaped as it is printed, and `,"proto_name":`; kKeySlack readable bytes stand
  // behind each.
  std::string json_key;
  std::string proto_key;
  uint32_t number = 0;
  uint32_t index = 0;  // In MessageTable::fields.
  Kind kind = Kind::kInt32;
  Cardinality cardinality = Cardinality::kSingular;
  Presence presence = Presence::kImplicit;
  bool packed = false;
  bool utf8 = false;         // A string that must be UTF-8 (proto3).
  bool keeps_null = false;   // JSON null is a value: google.protobuf.Value and NullValue.
  int32_t oneof_index = -1;  // Into MessageTable::oneofs; `optional` of proto3 counts as one.
  Tag tag;                   // Of one value.
  Tag packed_tag;
  const MessageTable* message = nullptr;  // kMessage, kGroup; the entry type of a map
  const EnumTable* enumeration = nullptr;
  const MessageTable* parent = nullptr;

  bool is_repeated() const { return cardinality != Cardinality::kSingular; }
};

struct MessageTable {
  std::string full_name;
  WellKnown well_known = WellKnown::kNone;
  bool is_map_entry = false;
  bool is_proto3 = false;
  std::vector<FieldTable> fields;   // By ascending number.
  std::vector<std::string> oneofs;  // Names, in order of declaration.
  size_t required_count = 0;
  const Schema* schema = nullptr;

  // json_name first, then the name in the .proto.
  const FieldTable* FindName(std::string_view name) const { return by_name.Find(name); }
  const FieldTable* FindNumber(uint32_t number) const {
    return number < by_small_number.size() ? by_small_number[number] : FindLargeNumber(number);
  }
  const FieldTable* FindLargeNumber(uint32_t number) const;

  NameIndex<const FieldTable> by_name;
  std::vector<const FieldTable*> by_small_number;
};

// A path from a message down to a field; every field but the last is a message.
using FieldPath = std::vector<const FieldTable*>;

// The tables of every message type the gateway may meet, compiled once from descriptors.
//
// Add what is needed, then share it: adding needs one thread, everything const may be called from
// any number of threads. Tables live as long as the Schema and do not refer to the descriptors.
class Schema {
 public:
  Schema();
  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  // Compiles the type and all it reaches; a type known by its full name is not compiled again.
  const MessageTable& Add(const google::protobuf::Descriptor& message);
  // Every message of the file and of its imports: google.protobuf.Any may hold what is added only.
  void AddFile(const google::protobuf::FileDescriptor& file);

  // nullptr if the type was not added. Full name without a leading dot.
  const MessageTable* Find(std::string_view full_name) const;

 private:
  const MessageTable& Compile(const google::protobuf::Descriptor& message);
  const EnumTable& Compile(const google::protobuf::EnumDescriptor& enumeration);
  void Fill(const google::protobuf::Descriptor& message, MessageTable& table);

  absl::flat_hash_map<std::string, std::unique_ptr<MessageTable>> messages_;
  absl::flat_hash_map<std::string, std::unique_ptr<EnumTable>> enums_;
  absl::flat_hash_set<std::string> files_;  // Added whole.
};

// "a.b.c" -> fields. Each part is looked up as it stands (json_name, then proto name) and then
// percent-decoded. Empty parts are skipped. InvalidArgument, in Envoy's words, for an unknown part
// or a non-message in the middle.
absl::StatusOr<FieldPath> ResolvePath(const MessageTable& message, std::string_view dotted);

// Whether a list or a map stands in front of the last field.
bool IsBelowRepeated(const FieldPath& path);

// Whether the field is one message that has no JSON form of its own.
bool IsPlainMessage(const FieldTable& field);

// Whether one value of the field can be given as text: in a path, in a query.
bool TakesText(const FieldTable& field);

}  // namespace minato::gateway

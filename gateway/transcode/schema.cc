#include "gateway/transcode/schema.h"

#include <algorithm>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "gateway/transcode/json_string.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

namespace minato::gateway {
namespace {

namespace pb = google::protobuf;

// Numbers up to this one are looked up by index.
constexpr uint32_t kSmallNumberMax = 255;

WellKnown WellKnownOf(std::string_view full_name) {
  static constexpr struct {
    std::string_view name;
    WellKnown kind;
  } kTypes[] = {
      {"google.protobuf.Any", WellKnown::kAny},
      {"google.protobuf.BoolValue", WellKnown::kWrapper},
      {"google.protobuf.BytesValue", WellKnown::kWrapper},
      {"google.protobuf.DoubleValue", WellKnown::kWrapper},
      {"google.protobuf.Duration", WellKnown::kDuration},
      {"google.protobuf.Empty", WellKnown::kEmpty},
      {"google.protobuf.FieldMask", WellKnown::kFieldMask},
      {"google.protobuf.FloatValue", WellKnown::kWrapper},
      {"google.protobuf.Int32Value", WellKnown::kWrapper},
      {"google.protobuf.Int64Value", WellKnown::kWrapper},
      {"google.protobuf.ListValue", WellKnown::kListValue},
      {"google.protobuf.StringValue", WellKnown::kWrapper},
      {"google.protobuf.Struct", WellKnown::kStruct},
      {"google.protobuf.Timestamp", WellKnown::kTimestamp},
      {"google.protobuf.UInt32Value", WellKnown::kWrapper},
      {"google.protobuf.UInt64Value", WellKnown::kWrapper},
      {"google.protobuf.Value", WellKnown::kValue},
      {"google.api.HttpBody", WellKnown::kHttpBody},
  };
  for (const auto& type : kTypes) {
    if (type.name == full_name) return type.kind;
  }
  return WellKnown::kNone;
}

Kind KindOf(pb::FieldDescriptor::Type type) {
  switch (type) {
    case pb::FieldDescriptor::TYPE_DOUBLE: return Kind::kDouble;
    case pb::FieldDescriptor::TYPE_FLOAT: return Kind::kFloat;
    case pb::FieldDescriptor::TYPE_INT64: return Kind::kInt64;
    case pb::FieldDescriptor::TYPE_UINT64: return Kind::kUint64;
    case pb::FieldDescriptor::TYPE_INT32: return Kind::kInt32;
    case pb::FieldDescriptor::TYPE_FIXED64: return Kind::kFixed64;
    case pb::FieldDescriptor::TYPE_FIXED32: return Kind::kFixed32;
    case pb::FieldDescriptor::TYPE_BOOL: return Kind::kBool;
    case pb::FieldDescriptor::TYPE_STRING: return Kind::kString;
    case pb::FieldDescriptor::TYPE_GROUP: return Kind::kGroup;
    case pb::FieldDescriptor::TYPE_MESSAGE: return Kind::kMessage;
    case pb::FieldDescriptor::TYPE_BYTES: return Kind::kBytes;
    case pb::FieldDescriptor::TYPE_UINT32: return Kind::kUint32;
    case pb::FieldDescriptor::TYPE_ENUM: return Kind::kEnum;
    case pb::FieldDescriptor::TYPE_SFIXED32: return Kind::kSfixed32;
    case pb::FieldDescriptor::TYPE_SFIXED64: return Kind::kSfixed64;
    case pb::FieldDescriptor::TYPE_SINT32: return Kind::kSint32;
    case pb::FieldDescriptor::TYPE_SINT64: return Kind::kSint64;
  }
  return Kind::kBytes;
}

WireType WireTypeOf(Kind kind) {
  switch (kind) {
    case Kind::kDouble:
    case Kind::kFixed64:
    case Kind::kSfixed64: return WireType::kFixed64;
    case Kind::kFloat:
    case Kind::kFixed32:
    case Kind::kSfixed32: return WireType::kFixed32;
    case Kind::kString:
    case Kind::kBytes:
    case Kind::kMessage: return WireType::kLength;
    case Kind::kGroup: return WireType::kStartGroup;
    default: return WireType::kVarint;
  }
}

Tag MakeTag(uint32_t number, WireType type) {
  Tag tag;
  uint32_t value = number << 3 | static_cast<uint32_t>(type);
  while (value >= 0x80) {
    tag.bytes[tag.size++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  tag.bytes[tag.size++] = static_cast<char>(value);
  return tag;
}

std::string Fold(std::string_view name) {
  std::string folded(name);
  for (char& c : folded) {
    if (c >= 'a' && c <= 'z') c -= 'a' - 'A';
    if (c == '-') c = '_';
  }
  return folded;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string PercentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
        HexDigit(text[i + 2]) >= 0) {
      decoded += static_cast<char>(HexDigit(text[i + 1]) << 4 | HexDigit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::string MakeKey(const std::string& name) {
  std::string key = "," + QuoteJson(name) + ":";
  const size_t size = key.size();
  key.resize(size + FieldTable::kKeySlack);
  key.resize(size);
  return key;
}

FieldTable MakeField(const pb::FieldDescriptor& descriptor) {
  FieldTable field;
  field.name = descriptor.name();
  field.json_name = descriptor.json_name();
  field.full_name = descriptor.full_name();
  field.json_key = MakeKey(field.json_name);
  field.proto_key = MakeKey(field.name);
  field.number = static_cast<uint32_t>(descriptor.number());
  field.kind = KindOf(descriptor.type());
  field.cardinality = descriptor.is_map()        ? Cardinality::kMap
                      : descriptor.is_repeated() ? Cardinality::kRepeated
                                                 : Cardinality::kSingular;
  field.presence = descriptor.is_required()    ? Presence::kRequired
                   : descriptor.has_presence() ? Presence::kExplicit
                                               : Presence::kImplicit;
  field.packed = descriptor.is_packed();
  field.utf8 = field.kind == Kind::kString &&
               descriptor.file()->syntax() == pb::FileDescriptor::SYNTAX_PROTO3;
  field.keeps_null = (descriptor.message_type() != nullptr &&
                      descriptor.message_type()->full_name() == "google.protobuf.Value") ||
                     (descriptor.enum_type() != nullptr &&
                      descriptor.enum_type()->full_name() == "google.protobuf.NullValue");
  if (descriptor.containing_oneof() != nullptr)
    field.oneof_index = descriptor.containing_oneof()->index();
  field.tag = MakeTag(field.number, WireTypeOf(field.kind));
  field.packed_tag = MakeTag(field.number, WireType::kLength);
  return field;
}

}  // namespace

const EnumValue* EnumTable::FindFolded(std::string_view name) const {
  return by_name.Find(Fold(name));
}

const EnumValue* EnumTable::FindNumber(int32_t number) const {
  size_t offset = static_cast<uint32_t>(number) - static_cast<uint32_t>(dense_first);
  if (offset < dense_count) return by_number[offset];
  auto found = std::lower_bound(
      by_number.begin(), by_number.end(), number,
      [](const EnumValue* value, int32_t wanted) { return value->number < wanted; });
  return found != by_number.end() && (*found)->number == number ? *found : nullptr;
}

const FieldTable* MessageTable::FindLargeNumber(uint32_t number) const {
  auto found = std::lower_bound(
      fields.begin(), fields.end(), number,
      [](const FieldTable& field, uint32_t wanted) { return field.number < wanted; });
  return found != fields.end() && found->number == number ? &*found : nullptr;
}

Schema::Schema() = default;
Schema::~Schema() = default;

const MessageTable& Schema::Add(const pb::Descriptor& message) { return Compile(message); }

void Schema::AddFile(const pb::FileDescriptor& file) {
  if (!files_.insert(file.name()).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i));
  for (int i = 0; i < file.message_type_count(); ++i) {
    std::vector<const pb::Descriptor*> todo = {file.message_type(i)};
    while (!todo.empty()) {
      const pb::Descriptor* message = todo.back();
      todo.pop_back();
      Compile(*message);
      for (int n = 0; n < message->nested_type_count(); ++n)
        todo.push_back(message->nested_type(n));
    }
  }
}

const MessageTable* Schema::Find(std::string_view full_name) const {
  auto found = messages_.find(absl::string_view(full_name.data(), full_name.size()));
  return found == messages_.end() ? nullptr : found->second.get();
}

// Reached types are put in `messages_` before they are filled, so recursion ends, and filled from a
// list, so that a long chain of types cannot overflow the stack.
const MessageTable& Schema::Compile(const pb::Descriptor& message) {
  std::vector<const pb::Descriptor*> todo;
  auto reserve = [&](const pb::Descriptor& type) -> MessageTable& {
    auto [slot, added] = messages_.try_emplace(type.full_name());
    if (added) {
      slot->second = std::make_unique<MessageTable>();
      todo.push_back(&type);
    }
    return *slot->second;
  };
  MessageTable& result = reserve(message);
  while (!todo.empty()) {
    const pb::Descriptor& type = *todo.back();
    todo.pop_back();
    MessageTable& table = *messages_.find(type.full_name())->second;
    Fill(type, table);
    for (FieldTable& field : table.fields) {
      const pb::FieldDescriptor& descriptor =
          *type.FindFieldByNumber(static_cast<int>(field.number));
      if (descriptor.message_type() != nullptr)
        field.message = &reserve(*descriptor.message_type());
      if (descriptor.enum_type() != nullptr) field.enumeration = &Compile(*descriptor.enum_type());
    }
  }
  return result;
}

void Schema::Fill(const pb::Descriptor& message, MessageTable& table) {
  table.full_name = message.full_name();
  table.well_known = WellKnownOf(table.full_name);
  table.is_map_entry = message.options().map_entry();
  table.is_proto3 = message.file()->syntax() == pb::FileDescriptor::SYNTAX_PROTO3;
  table.schema = this;
  for (int i = 0; i < message.oneof_decl_count(); ++i)
    table.oneofs.push_back(message.oneof_decl(i)->name());
  for (int i = 0; i < message.field_count(); ++i)
    table.fields.push_back(MakeField(*message.field(i)));
  std::sort(table.fields.begin(), table.fields.end(),
            [](const FieldTable& a, const FieldTable& b) { return a.number < b.number; });

  table.by_name.Reserve(table.fields.size() * 2);
  for (FieldTable& field : table.fields) {
    field.parent = &table;
    field.index = static_cast<uint32_t>(&field - table.fields.data());
    if (field.presence == Presence::kRequired) ++table.required_count;
    table.by_name.Insert(field.json_name, &field);
  }
  for (const FieldTable& field : table.fields) table.by_name.Insert(field.name, &field);
  for (const FieldTable& field : table.fields) {
    if (field.number > kSmallNumberMax) break;
    table.by_small_number.resize(field.number + 1, nullptr);
    table.by_small_number[field.number] = &field;
  }
}

const EnumTable& Schema::Compile(const pb::EnumDescriptor& enumeration) {
  std::unique_ptr<EnumTable>& slot = enums_[enumeration.full_name()];
  if (slot != nullptr) return *slot;
  slot = std::make_unique<EnumTable>();
  EnumTable& table = *slot;
  table.full_name = enumeration.full_name();
  table.is_null_value = table.full_name == "google.protobuf.NullValue";
  for (int i = 0; i < enumeration.value_count(); ++i) {
    table.values.push_back(EnumValue{enumeration.value(i)->name(), enumeration.value(i)->number()});
  }
  table.by_name.Reserve(table.values.size());
  for (size_t i = 0; i < table.values.size(); ++i) {
    table.by_name.Insert(table.values[i].name, &table.values[i]);
    table.by_number.push_back(&table.values[i]);
  }
  auto by_number = [](const EnumValue* a, const EnumValue* b) { return a->number < b->number; };
  std::stable_sort(table.by_number.begin(), table.by_number.end(), by_number);
  table.by_number.erase(
      std::unique(table.by_number.begin(), table.by_number.end(),
                  [](const EnumValue* a, const EnumValue* b) { return a->number == b->number; }),
      table.by_number.end());
  table.dense_first = table.by_number.front()->number;
  while (table.dense_count < table.by_number.size() &&
         table.by_number[table.dense_count]->number - int64_t{table.dense_first} ==
             static_cast<int64_t>(table.dense_count)) {
    ++table.dense_count;
  }
  return table;
}

absl::StatusOr<FieldPath> ResolvePath(const MessageTable& message, std::string_view dotted) {
  FieldPath path;
  const MessageTable* current = &message;
  for (size_t start = 0; start <= dotted.size();) {
    size_t dot = std::min(dotted.find('.', start), dotted.size());
    std::string_view part = dotted.substr(start, dot - start);
    start = dot + 1;
    if (part.empty()) continue;
    if (current == nullptr) {
      return absl::InvalidArgumentError(fmt::format(
          "Encountered a non-leaf field \"{}\" that is not a message while parsing a field path",
          path.back()->name));
    }
    const FieldTable* field = current->FindName(part);
    if (field == nullptr && part.find('%') != part.npos)
      field = current->FindName(PercentDecode(part));
    if (field == nullptr) {
      return absl::InvalidArgumentError(
          fmt::format("Could not find field \"{}\" in the type \"{}\".", part, current->full_name));
    }
    path.push_back(field);
    current = field->kind == Kind::kMessage ? field->message : nullptr;
  }
  return path;
}

bool IsBelowRepeated(const FieldPath& path) {
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    if (path[i]->is_repeated()) return true;
  }
  return false;
}

bool IsPlainMessage(const FieldTable& field) {
  return field.cardinality == Cardinality::kSingular && field.kind == Kind::kMessage &&
         field.message->well_known == WellKnown::kNone;
}

bool TakesText(const FieldTable& field) {
  if (field.cardinality == Cardinality::kMap || field.kind == Kind::kGroup) return false;
  if (field.kind != Kind::kMessage) return true;
  switch (field.message->well_known) {
    case WellKnown::kDuration:
    case WellKnown::kFieldMask:
    case WellKnown::kTimestamp:
    case WellKnown::kValue:
    case WellKnown::kWrapper: return true;
    default: return false;
  }
}

}  // namespace minato::gateway

#include "gateway/transcode/envoy_writer.h"

#include "fmt/format.h"
#include "gateway/transcode/envoy_any.h"
#include "gateway/transcode/envoy_known.h"
#include "gateway/transcode/envoy_scalar.h"
#include "gateway/transcode/wire.h"

namespace minato::gateway {
namespace {

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kDouble: return "TYPE_DOUBLE";
    case Kind::kFloat: return "TYPE_FLOAT";
    case Kind::kInt32: return "TYPE_INT32";
    case Kind::kInt64: return "TYPE_INT64";
    case Kind::kUint32: return "TYPE_UINT32";
    case Kind::kUint64: return "TYPE_UINT64";
    case Kind::kSint32: return "TYPE_SINT32";
    case Kind::kSint64: return "TYPE_SINT64";
    case Kind::kFixed32: return "TYPE_FIXED32";
    case Kind::kFixed64: return "TYPE_FIXED64";
    case Kind::kSfixed32: return "TYPE_SFIXED32";
    case Kind::kSfixed64: return "TYPE_SFIXED64";
    case Kind::kBool: return "TYPE_BOOL";
    case Kind::kString: return "TYPE_STRING";
    case Kind::kBytes: return "TYPE_BYTES";
    case Kind::kEnum: return "TYPE_ENUM";
    case Kind::kMessage: return "TYPE_MESSAGE";
    case Kind::kGroup: return "TYPE_GROUP";
  }
  return "";
}

std::string TypeName(const FieldTable& field) {
  if (field.message != nullptr) return "type.googleapis.com/" + field.message->full_name;
  if (field.enumeration != nullptr) return "type.googleapis.com/" + field.enumeration->full_name;
  return std::string(KindName(field.kind));
}

bool Is(const FieldTable* field, WellKnown type) {
  return field != nullptr && field->message != nullptr && field->message->well_known == type;
}

std::string_view View(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace

EnvoyWriter::EnvoyWriter(const MessageTable& message, EnumNames enum_names, absl::Status& status)
    : root_(message), enum_names_(enum_names), status_(status) {}
EnvoyWriter::~EnvoyWriter() = default;

void EnvoyWriter::StartObject(std::string_view name) {
  if (ignored_ > 0) {
    ++ignored_;
    return;
  }
  if (items_.empty()) {
    Begin(name, Form::kObject);
    Item& item = items_.emplace_back();
    if (root_.well_known == WellKnown::kAny) {
      item.shape = Shape::kAny;
      item.any = std::make_unique<EnvoyAny>(*this);
    }
    if (root_.well_known == WellKnown::kValue)
      Open("struct_value", Shape::kMessage, true, Form::kObject);
    if (root_.well_known == WellKnown::kValue || root_.well_known == WellKnown::kStruct)
      Open("fields", Shape::kMap, true, Form::kList);
    if (root_.well_known == WellKnown::kListValue)
      InvalidValue(root_.full_name, "Cannot start root message with ListValue.");
    return;
  }
  if (items_.back().shape == Shape::kAny) return items_.back().any->StartObject(name);
  if (items_.back().shape == Shape::kMap) {
    if (!NewMapKey(name)) {
      ++ignored_;
      return;
    }
    OpenMapEntry(name);
    const FieldTable* value = Lookup("value");
    Open("value", Is(value, WellKnown::kAny) ? Shape::kAny : Shape::kMessage, true, Form::kObject);
    if (ignored_ > 0) return;
    if (value->kind < Kind::kMessage) {
      // Envoy says nothing and writes a field without its value.
      return InvalidValue(value->name, "Starting an object on a scalar field");
    }
    if (Is(top_field(), WellKnown::kValue))
      Open("struct_value", Shape::kMessage, true, Form::kObject);
    if (Is(value, WellKnown::kValue) || Is(value, WellKnown::kStruct))
      Open("fields", Shape::kMap, true, Form::kList);
    return;
  }
  const FieldTable* field = Named(name, Form::kObject);
  if (field == nullptr) return;
  if (field->cardinality == Cardinality::kMap) return Open(name, Shape::kMap, false, Form::kList);
  if (field->kind < Kind::kMessage) {
    ++ignored_;
    return InvalidValue(field->name, "Starting an object on a scalar field");
  }
  OpenInside(*field, name);
}

// The object of a message field, with what its well-known type implies.
void EnvoyWriter::OpenInside(const FieldTable& field, std::string_view name) {
  Open(name, Is(&field, WellKnown::kAny) ? Shape::kAny : Shape::kMessage, false, Form::kObject);
  if (Is(&field, WellKnown::kValue)) Open("struct_value", Shape::kMessage, true, Form::kObject);
  if (Is(&field, WellKnown::kValue) || Is(&field, WellKnown::kStruct))
    Open("fields", Shape::kMap, true, Form::kList);
}

void EnvoyWriter::EndObject() {
  if (ignored_ > 0) {
    --ignored_;
    return;
  }
  if (items_.empty()) return;
  if (items_.back().shape == Shape::kAny && items_.back().any->EndObject()) return;
  Close();
}

void EnvoyWriter::StartList(std::string_view name) {
  if (ignored_ > 0) {
    ++ignored_;
    return;
  }
  auto open_values = [&](bool in_value) {
    if (in_value) Open("list_value", Shape::kMessage, true, Form::kObject);
    Open("values", Shape::kMessage, true, Form::kList);
  };
  if (items_.empty()) {
    if (!name.empty()) {
      InvalidName("Root element should not be named.");
      ++ignored_;
      return;
    }
    if (root_.well_known == WellKnown::kValue || root_.well_known == WellKnown::kListValue) {
      Begin(name, Form::kObject);
      items_.emplace_back();
      return open_values(root_.well_known == WellKnown::kValue);
    }
    Begin(name, Form::kList);
    items_.emplace_back().list = true;
    return;
  }
  if (items_.back().shape == Shape::kAny) return items_.back().any->StartList(name);
  if (items_.back().shape == Shape::kMap) {
    if (!NewMapKey(name)) {
      ++ignored_;
      return;
    }
    OpenMapEntry(name);
    const FieldTable* value = Lookup("value");
    Open("value", Shape::kMessage, true, Form::kObject);
    if (ignored_ > 0) return;
    if (Is(value, WellKnown::kValue) || Is(value, WellKnown::kListValue))
      return open_values(Is(value, WellKnown::kValue));
    return InvalidValue("Map",
                        fmt::format("Cannot have repeated items ('{}') within a map.", name));
  }
  const FieldTable* field = name.empty() ? top_field() : Lookup(name);
  if (name.empty()) {
    if (Is(field, WellKnown::kValue) || Is(field, WellKnown::kListValue)) {
      Open("", Shape::kMessage, false, Form::kObject);
      return open_values(Is(field, WellKnown::kValue));
    }
    return Open(name, Shape::kMessage, false, Form::kList);
  }
  if (field == nullptr) {
    ++ignored_;
    return;
  }
  if (!field->is_repeated()) {
    if (Is(field, WellKnown::kValue) || Is(field, WellKnown::kListValue)) {
      Open(name, Shape::kMessage, false, Form::kObject);
      return open_values(Is(field, WellKnown::kValue));
    }
    ++ignored_;
    return InvalidName("Proto field is not repeating, cannot start list.");
  }
  if (field->cardinality == Cardinality::kMap) {
    InvalidValue("Map", fmt::format("Cannot bind a list to map for field '{}'.", name));
    ++ignored_;
    return;
  }
  Open(name, Shape::kMessage, false, Form::kList);
}

void EnvoyWriter::EndList() {
  if (ignored_ > 0) {
    --ignored_;
    return;
  }
  if (items_.empty()) return;
  if (items_.back().shape == Shape::kAny) return items_.back().any->EndList();
  Close();
}

void EnvoyWriter::Scalar(std::string_view name, const JsonScalar& value) {
  if (ignored_ > 0) return;
  const bool null = std::holds_alternative<JsonNull>(value);
  if (items_.empty()) {
    if (!HasScalarForm(root_)) return InvalidName("Root element must be a message.");
    Begin(name, Form::kObject);
    absl::Status written = WriteKnown(root_, value);
    if (!written.ok())
      InvalidValue(root_.full_name, fmt::format("Field '{}', {}", name, View(written.message())));
    return End();
  }
  if (items_.back().shape == Shape::kAny) return items_.back().any->Scalar(name, value);
  if (items_.back().shape == Shape::kMap) return ScalarInMap(name, value);
  const FieldTable* field = Lookup(name);
  if (field == nullptr) return;
  if (field->kind == Kind::kMessage && HasScalarForm(*field->message)) {
    if (null && !field->keeps_null) return;
    Open(name, Shape::kMessage, false, Form::kObject);
    WriteKnownField(*field, name, value);
    return Close();
  }
  if (null && !field->keeps_null) return;
  WriteScalar(name, value);
}

void EnvoyWriter::ScalarInMap(std::string_view name, const JsonScalar& value) {
  if (!NewMapKey(name)) return;
  OpenMapEntry(name);
  const FieldTable* field = Lookup("value");
  if (field->kind == Kind::kMessage && HasScalarForm(*field->message)) {
    Open("value", Shape::kMessage, true, Form::kObject);
    WriteKnownField(*field, name, value);
  } else if (!std::holds_alternative<JsonNull>(value) || field->keeps_null) {
    WriteScalar("value", value);
  }
  Close();
}

void EnvoyWriter::WriteKnownField(const FieldTable& field, std::string_view name,
                                  const JsonScalar& value) {
  absl::Status written = WriteKnown(*field.message, value);
  if (!written.ok())
    InvalidValue(TypeName(field), fmt::format("Field '{}', {}", name, View(written.message())));
}

bool EnvoyWriter::HasScalarForm(const MessageTable& table) const {
  switch (table.well_known) {
    case WellKnown::kTimestamp:
    case WellKnown::kDuration:
    case WellKnown::kFieldMask:
    case WellKnown::kWrapper:
    case WellKnown::kValue: return true;
    default: return false;
  }
}

absl::Status EnvoyWriter::WriteKnown(const MessageTable& table, const JsonScalar& value) {
  const bool null = std::holds_alternative<JsonNull>(value);
  if (table.well_known == WellKnown::kValue) {
    WriteScalar(null                                         ? "null_value"
                : std::holds_alternative<bool>(value)        ? "bool_value"
                : std::holds_alternative<std::string>(value) ? "string_value"
                                                             : "number_value",
                value);
    return absl::OkStatus();
  }
  if (null) return absl::OkStatus();
  if (table.well_known == WellKnown::kWrapper) {
    WriteScalar("value", value);
    return absl::OkStatus();
  }
  const auto* text = std::get_if<std::string>(&value);
  const bool mask = table.well_known == WellKnown::kFieldMask;
  const bool timestamp = table.well_known == WellKnown::kTimestamp;
  if (text == nullptr) {
    return absl::InvalidArgumentError(fmt::format("Invalid data type for {}, value is {}",
                                                  mask        ? "field mask"
                                                  : timestamp ? "timestamp"
                                                              : "duration",
                                                  ScalarText(value)));
  }
  if (mask) {
    std::vector<std::string> paths;
    absl::Status read = EnvoyFieldMask(*text, paths);
    for (const std::string& path : paths) WriteScalar("paths", path);
    return read;
  }
  absl::StatusOr<SecondsAndNanos> time = timestamp ? EnvoyTimestamp(*text) : EnvoyDuration(*text);
  if (!time.ok()) return time.status();
  WriteScalar("seconds", time->seconds);
  WriteScalar("nanos", int64_t{time->nanos});
  return absl::OkStatus();
}

void EnvoyWriter::Open(std::string_view name, Shape shape, bool implied, Form form) {
  Begin(name, form);
  if (ignored_ > 0) return;
  Item& item = items_.emplace_back();
  item.shape = shape;
  item.implied = implied;
  item.list = form == Form::kList;
  if (shape == Shape::kAny) item.any = std::make_unique<EnvoyAny>(*this);
}

// Closes what the JSON closes, and all that was implied inside it.
void EnvoyWriter::Close() {
  for (bool implied = true; implied && !items_.empty();) {
    implied = items_.back().implied;
    End();
    items_.pop_back();
  }
}

bool EnvoyWriter::NewMapKey(std::string_view name) {
  if (items_.back().map_keys.emplace(name).second) return true;
  InvalidName(fmt::format("Repeated map key: '{}' is already set.", name));
  return false;
}

void EnvoyWriter::OpenMapEntry(std::string_view name) {
  Open("", Shape::kMessage, false, Form::kObject);
  WriteScalar("key", std::string(name));
}

void EnvoyWriter::Begin(std::string_view name, Form form) {
  if (elements_.empty() && form == Form::kObject) {
    if (!name.empty()) InvalidName("Root element should not be named.");
    elements_.emplace_back().table = &root_;
    return;
  }
  const FieldTable* field = Named(name, form);
  if (field == nullptr) return;
  if (!TakeOneof(*field, name)) {
    ++ignored_;
    return;
  }
  Push(*field, IsOfRoot(name), form);
}

void EnvoyWriter::Push(const FieldTable& field, bool of_root, Form form) {
  Element& parent = elements_.back();
  if (form == Form::kObject) {
    if (!field.is_repeated()) {
      parent.seen.insert(&field);
    } else if (parent.list) {
      ++parent.index;
    }
  }
  const MessageTable* table = field.message != nullptr ? field.message : parent.table;
  Element& element = elements_.emplace_back();
  element.table = table;
  element.field = &field;
  element.of_root = of_root;
  element.list = form == Form::kList;
}

void EnvoyWriter::End() {
  if (ignored_ > 0) {
    --ignored_;
    return;
  }
  if (elements_.empty()) return;
  Element& element = elements_.back();
  if (!element.list) {
    for (const FieldTable& field : element.table->fields) {
      if (field.presence == Presence::kRequired && !element.seen.contains(&field)) {
        status_ =
            absl::InvalidArgumentError(fmt::format("{}: missing field {}", Location(), field.name));
      }
    }
  }
  const Element closed = std::move(element);
  elements_.pop_back();
  if (elements_.empty()) {
    // The value of an Any may come twice; each time Envoy writes all that it has so far.
    const std::string all = wire_.substr(wire_.size() - root_bytes_) + closed.wire;
    wire_ += all;
    root_bytes_ = all.size();
    done_ = true;
    return;
  }
  if (closed.list) return;
  std::string& out = Out();
  char bytes[kTagBytesMax + kVarintBytesMax];
  if (closed.field->kind == Kind::kGroup) {
    out.append(bytes, WriteTag(bytes, closed.field->tag));
    out += closed.wire;
    out.append(bytes, WriteVarint(bytes, closed.field->number << 3 |
                                             static_cast<uint32_t>(WireType::kEndGroup)));
    return;
  }
  out.append(bytes, WriteVarint(WriteTag(bytes, closed.field->tag), closed.wire.size()));
  out += closed.wire;
}

void EnvoyWriter::WriteScalar(std::string_view name, const JsonScalar& value) {
  if (ignored_ > 0) return;
  const FieldTable* field = Lookup(name);
  if (field != nullptr && TakeOneof(*field, name)) WritePrimitive(*field, IsOfRoot(name), value);
}

void EnvoyWriter::WritePrimitive(const FieldTable& field, bool of_root, const JsonScalar& value) {
  Element& parent = elements_.back();
  absl::Status written = AppendScalar(field, value, enum_names_, Out());
  if (!field.is_repeated()) {
    parent.seen.insert(&field);
  } else if (parent.list && (!parent.table->is_proto3 || !written.ok())) {
    // In proto3 Envoy counts scalars only so far as they are wrong.
    ++parent.index;
  }
  if (!written.ok()) InvalidAt(Location(&field, of_root), TypeName(field), View(written.message()));
}

const FieldTable* EnvoyWriter::Named(std::string_view name, Form form) {
  if (ignored_ > 0) {
    ++ignored_;
    return nullptr;
  }
  const FieldTable* field = Lookup(name);
  if (field != nullptr && form == Form::kList && !field->is_repeated()) {
    InvalidName("Proto field is not repeating, cannot start list.");
    field = nullptr;
  }
  if (field == nullptr) ++ignored_;
  return field;
}

const FieldTable* EnvoyWriter::Lookup(std::string_view name) {
  if (elements_.empty()) {
    InvalidName("Root element must be a message.");
    return nullptr;
  }
  if (!name.empty()) return elements_.back().table->FindName(name);
  // In a list the field is the list's.
  const FieldTable* field = elements_.back().field;
  if (field != nullptr && field->is_repeated()) return field;
  InvalidName("Proto fields must have a name.");
  return nullptr;
}

bool EnvoyWriter::TakeOneof(const FieldTable& field, std::string_view name) {
  if (field.oneof_index < 0) return true;
  if (elements_.back().oneofs.insert(field.oneof_index).second) return true;
  InvalidValue("oneof",
               fmt::format("oneof field '{}' is already set. Cannot set '{}'",
                           field.parent->oneofs[static_cast<size_t>(field.oneof_index)], name));
  return false;
}

std::string& EnvoyWriter::Out() {
  size_t i = elements_.size() - 1;
  while (i > 0 && elements_[i].list) --i;
  return elements_[i].wire;
}

// "a.b[2].c": elements of lists by their index, so far as they were begun.
std::string EnvoyWriter::Location(const FieldTable* leaf, bool leaf_of_root) const {
  std::string location;
  const FieldTable* above = nullptr;
  bool above_of_root = false;
  // A list in an element of the same field goes on without a name.
  auto add = [&](const FieldTable& field, int index, bool of_root) {
    if (!field.is_repeated() || above != &field || above_of_root != of_root) {
      if (!location.empty()) location += '.';
      location += field.name;
    }
    if (field.is_repeated() && index > 0) location += fmt::format("[{}]", index - 1);
    above = &field;
    above_of_root = of_root;
  };
  for (size_t i = 1; i < elements_.size(); ++i) {
    const Element& element = elements_[i];
    add(*element.field, element.list ? element.index : 0, element.of_root);
  }
  if (leaf != nullptr) add(*leaf, 0, leaf_of_root);
  return location;
}

void EnvoyWriter::InvalidName(std::string_view why) {
  status_ = absl::InvalidArgumentError(fmt::format("{}: {}", Location(), why));
}

void EnvoyWriter::InvalidValue(std::string_view type, std::string_view value) {
  InvalidAt(Location(), type, value);
}

void EnvoyWriter::InvalidAt(std::string_view location, std::string_view type, std::string_view value) {
  status_ = absl::InvalidArgumentError(fmt::format("{}: invalid value {} for type {}", location, value, type));
}

}  // namespace minato::gateway

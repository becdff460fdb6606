#include "gateway/transcode/random_message.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <vector>

#include "fmt/format.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/wrappers.pb.h"

namespace minato::gateway {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

constexpr int kMessages = 5;
constexpr int kDepthMax = 6;

constexpr const char* kKnownTypes[] = {
    "Any",        "Duration",    "Empty",       "FieldMask",   "Struct",     "Value",
    "ListValue",  "Timestamp",   "DoubleValue", "FloatValue",  "Int64Value", "UInt64Value",
    "Int32Value", "UInt32Value", "BoolValue",   "StringValue", "BytesValue",
};

void Copy(pb::DescriptorPool& pool, pb::FileDescriptorProto& importer,
          const pb::FileDescriptor& file) {
  importer.add_dependency(file.name());
  if (pool.FindFileByName(file.name()) != nullptr) return;
  pb::FileDescriptorProto proto;
  file.CopyTo(&proto);
  file.CopyJsonNameTo(&proto);
  pool.BuildFile(proto);
}

}  // namespace

RandomSchema::RandomSchema(uint64_t seed) : random_(seed), factory_(&pool_) {
  pb::FileDescriptorProto file;
  file.set_name("random.proto");
  file.set_package("r");
  file.set_syntax("proto3");
  Copy(pool_, file, *pb::Any::descriptor()->file());
  Copy(pool_, file, *pb::Duration::descriptor()->file());
  Copy(pool_, file, *pb::Empty::descriptor()->file());
  Copy(pool_, file, *pb::FieldMask::descriptor()->file());
  Copy(pool_, file, *pb::Struct::descriptor()->file());
  Copy(pool_, file, *pb::Timestamp::descriptor()->file());
  Copy(pool_, file, *pb::DoubleValue::descriptor()->file());
  pb::EnumDescriptorProto* color = file.add_enum_type();
  color->set_name("Color");
  for (auto [name, number] : std::map<std::string, int>{{"AZURE", 7}, {"BLUE", -3}, {"RED", 1}}) {
    if (color->value_size() == 0) {
      color->add_value()->set_name("NONE");
      color->mutable_value(0)->set_number(0);
    }
    pb::EnumValueDescriptorProto* value = color->add_value();
    value->set_name(name);
    value->set_number(number);
  }
  constexpr pb::FieldDescriptorProto::Type kTypes[] = {
      pb::FieldDescriptorProto::TYPE_DOUBLE,   pb::FieldDescriptorProto::TYPE_FLOAT,
      pb::FieldDescriptorProto::TYPE_INT64,    pb::FieldDescriptorProto::TYPE_UINT64,
      pb::FieldDescriptorProto::TYPE_INT32,    pb::FieldDescriptorProto::TYPE_FIXED64,
      pb::FieldDescriptorProto::TYPE_FIXED32,  pb::FieldDescriptorProto::TYPE_BOOL,
      pb::FieldDescriptorProto::TYPE_STRING,   pb::FieldDescriptorProto::TYPE_BYTES,
      pb::FieldDescriptorProto::TYPE_UINT32,   pb::FieldDescriptorProto::TYPE_ENUM,
      pb::FieldDescriptorProto::TYPE_SFIXED32, pb::FieldDescriptorProto::TYPE_SFIXED64,
      pb::FieldDescriptorProto::TYPE_SINT32,   pb::FieldDescriptorProto::TYPE_SINT64,
      pb::FieldDescriptorProto::TYPE_MESSAGE,  pb::FieldDescriptorProto::TYPE_MESSAGE,
  };
  for (int m = 0; m < kMessages; ++m) {
    pb::DescriptorProto* message = file.add_message_type();
    message->set_name(fmt::format("M{}", m));
    message->add_oneof_decl()->set_name("pick");
    int number = 0;
    int optionals = 0;
    const int fields = 1 + static_cast<int>(Below(14));
    for (int f = 0; f < fields; ++f) {
      number +=
          1 + static_cast<int>(Chance(10) ? Below(1200) : Below(3));  // Below the reserved 19,000.
      pb::FieldDescriptorProto* field = message->add_field();
      field->set_name(fmt::format("some_field_{}_{}", static_cast<char>('a' + f), number));
      if (Chance(10)) field->set_json_name(fmt::format("odd-{}<é", f));
      field->set_number(number);
      field->set_type(kTypes[Below(std::size(kTypes))]);
      field->set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
      if (field->type() == pb::FieldDescriptorProto::TYPE_ENUM)
        field->set_type_name(Chance(90) ? ".r.Color" : ".google.protobuf.NullValue");
      if (field->type() == pb::FieldDescriptorProto::TYPE_MESSAGE) {
        field->set_type_name(Chance(50) ? fmt::format(".r.M{}", Below(kMessages))
                                        : fmt::format(".google.protobuf.{}",
                                                      kKnownTypes[Below(std::size(kKnownTypes))]));
      }
      const uint64_t shape = Below(10);
      if (shape < 3) {
        field->set_label(pb::FieldDescriptorProto::LABEL_REPEATED);
      } else if (shape < 4) {
        field->set_oneof_index(0);
      } else if (shape < 5 && field->type() != pb::FieldDescriptorProto::TYPE_MESSAGE) {
        field->set_proto3_optional(true);
        ++optionals;
      } else if (shape < 6) {
        pb::DescriptorProto* entry = message->add_nested_type();
        std::string camel = fmt::format("SomeField{}{}Entry", static_cast<char>('A' + f), number);
        entry->set_name(camel);
        entry->mutable_options()->set_map_entry(true);
        pb::FieldDescriptorProto* key = entry->add_field();
        key->set_name("key");
        key->set_number(1);
        key->set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
        constexpr pb::FieldDescriptorProto::Type kKeys[] = {
            pb::FieldDescriptorProto::TYPE_STRING,   pb::FieldDescriptorProto::TYPE_INT32,
            pb::FieldDescriptorProto::TYPE_UINT64,   pb::FieldDescriptorProto::TYPE_BOOL,
            pb::FieldDescriptorProto::TYPE_SFIXED64, pb::FieldDescriptorProto::TYPE_SINT32};
        key->set_type(kKeys[Below(std::size(kKeys))]);
        pb::FieldDescriptorProto* value = entry->add_field();
        *value = *field;
        value->clear_json_name();
        value->set_name("value");
        value->set_number(2);
        field->set_label(pb::FieldDescriptorProto::LABEL_REPEATED);
        field->set_type(pb::FieldDescriptorProto::TYPE_MESSAGE);
        field->set_type_name(fmt::format(".r.M{}.{}", m, camel));
        field->set_name(fmt::format("some_field_{}{}", static_cast<char>('a' + f), number));
        field->clear_json_name();
        entry->set_name(fmt::format("SomeField{}{}Entry", static_cast<char>('A' + f), number));
      }
    }
    // The members of a oneof stand together.
    std::stable_partition(
        message->mutable_field()->begin(), message->mutable_field()->end(),
        [](const pb::FieldDescriptorProto& field) { return !field.has_oneof_index(); });
    // A oneof may not be empty, and those of `optional` come after it.
    pb::FieldDescriptorProto* last = message->add_field();
    last->set_name("last_pick");
    last->set_number(number + 1);
    last->set_type(pb::FieldDescriptorProto::TYPE_STRING);
    last->set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
    last->set_oneof_index(0);
    if (optionals > 0) {
      for (pb::FieldDescriptorProto& field : *message->mutable_field()) {
        if (!field.proto3_optional()) continue;
        field.set_oneof_index(message->oneof_decl_size());
        message->add_oneof_decl()->set_name("_" + field.name());
      }
    }
  }
  const pb::FileDescriptor* built = pool_.BuildFile(file);
  if (built == nullptr) {
    fmt::print(stderr, "RandomSchema: {}\n", file.DebugString());
    std::abort();
  }
  root_ = built->message_type(0);
}

std::unique_ptr<pb::Message> RandomSchema::NewMessage() {
  return std::unique_ptr<pb::Message>(factory_.GetPrototype(root_)->New());
}

std::unique_ptr<pb::Message> RandomSchema::RandomMessage() {
  auto message = NewMessage();
  Fill(*message, 0);
  return message;
}

std::string RandomSchema::Deterministic(const pb::Message& message) const {
  std::string wire;
  pb::io::StringOutputStream stream(&wire);
  {
    pb::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return wire;
}

void RandomSchema::NormalizeAny(pb::Message& message) {
  const pb::Reflection& reflection = *message.GetReflection();
  if (message.GetDescriptor()->full_name() == "google.protobuf.Any") {
    const Field* value = message.GetDescriptor()->FindFieldByNumber(2);
    const std::string url =
        reflection.GetString(message, message.GetDescriptor()->FindFieldByNumber(1));
    auto inner =
        url.ends_with(".Duration") ? std::unique_ptr<pb::Message>(new pb::Duration) : NewMessage();
    if (!inner->ParseFromString(reflection.GetString(message, value))) return;
    NormalizeAny(*inner);
    reflection.SetString(&message, value, Deterministic(*inner));
    return;
  }
  std::vector<const Field*> fields;
  reflection.ListFields(message, &fields);
  for (const Field* field : fields) {
    if (field->cpp_type() != Field::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      NormalizeAny(*reflection.MutableMessage(&message, field));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i)
      NormalizeAny(*reflection.MutableRepeatedMessage(&message, field, i));
  }
}

void RandomSchema::Fill(pb::Message& message, int depth) {
  const pb::Descriptor& type = *message.GetDescriptor();
  if (FillKnown(message, depth)) return;
  const pb::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const Field& field = *type.field(i);
    if (Chance(depth == 0 ? 30 : 50)) continue;
    if (field.cpp_type() == Field::CPPTYPE_MESSAGE && depth >= kDepthMax) continue;
    if (!field.is_repeated()) {
      // An empty Value prints nothing.
      if (field.cpp_type() == Field::CPPTYPE_MESSAGE && depth + 1 >= kDepthMax &&
          field.message_type()->full_name() == "google.protobuf.Value")
        continue;
      FillField(message, field, depth);
      continue;
    }
    std::map<std::string, int> keys;
    for (uint64_t count = Below(4); count > 0; --count) {
      FillField(message, field, depth);
      if (!field.is_map()) continue;
      pb::Message& entry = *reflection.MutableRepeatedMessage(
          &message, &field, reflection.FieldSize(message, &field) - 1);
      const Field* key = entry.GetDescriptor()->map_key();
      FillField(entry, *key, depth);
      FillField(entry, *entry.GetDescriptor()->map_value(), depth);
      // A key twice cannot be read back.
      auto only_key = std::unique_ptr<pb::Message>(entry.New());
      only_key->CopyFrom(entry);
      only_key->GetReflection()->ClearField(only_key.get(), entry.GetDescriptor()->map_value());
      if (!keys.emplace(only_key->SerializeAsString(), 0).second)
        reflection.RemoveLast(&message, &field);
    }
  }
}

void RandomSchema::FillField(pb::Message& message, const Field& field, int depth) {
  const pb::Reflection& reflection = *message.GetReflection();
  const bool add = field.is_repeated();
#define SET(Type, value)                             \
  do {                                               \
    if (add) {                                       \
      reflection.Add##Type(&message, &field, value); \
    } else {                                         \
      reflection.Set##Type(&message, &field, value); \
    }                                                \
  } while (false)
  switch (field.cpp_type()) {
    case Field::CPPTYPE_INT32: SET(Int32, static_cast<int32_t>(RandomBits())); break;
    case Field::CPPTYPE_INT64: SET(Int64, static_cast<int64_t>(RandomBits())); break;
    case Field::CPPTYPE_UINT32: SET(UInt32, static_cast<uint32_t>(RandomBits())); break;
    case Field::CPPTYPE_UINT64: SET(UInt64, RandomBits()); break;
    case Field::CPPTYPE_DOUBLE: SET(Double, RandomDouble()); break;
    case Field::CPPTYPE_FLOAT: SET(Float, RandomFloat()); break;
    case Field::CPPTYPE_BOOL: SET(Bool, Chance(50)); break;
    case Field::CPPTYPE_ENUM: {
      if (field.enum_type()->full_name() == "google.protobuf.NullValue") {
        SET(EnumValue, 0);
      } else if (Chance(20)) {
        SET(EnumValue, static_cast<int32_t>(RandomBits()));
      } else {
        SET(EnumValue, field.enum_type()
                           ->value(static_cast<int>(
                               Below(static_cast<uint64_t>(field.enum_type()->value_count()))))
                           ->number());
      }
      break;
    }
    case Field::CPPTYPE_STRING: {
      std::string bytes = RandomText();
      if (field.type() == Field::TYPE_BYTES) {
        bytes.resize(Below(20));
        for (char& c : bytes) c = static_cast<char>(random_());
      }
      SET(String, bytes);
      break;
    }
    case Field::CPPTYPE_MESSAGE: {
      pb::Message& inner = add ? *reflection.AddMessage(&message, &field, &factory_)
                               : *reflection.MutableMessage(&message, &field, &factory_);
      if (!field.is_map()) Fill(inner, depth + 1);
      break;
    }
  }
#undef SET
}

bool RandomSchema::FillKnown(pb::Message& message, int depth) {
  const std::string& name = message.GetDescriptor()->full_name();
  const pb::Reflection& reflection = *message.GetReflection();
  auto field = [&](int number) { return message.GetDescriptor()->FindFieldByNumber(number); };
  if (name == "google.protobuf.Timestamp") {
    reflection.SetInt64(&message, field(1),
                        static_cast<int64_t>(RandomBits() % 315537897600u) - 62135596800);
    if (Chance(50))
      reflection.SetInt32(&message, field(2),
                          static_cast<int32_t>(Below(1000) * (Chance(50)   ? 1000000
                                                              : Chance(50) ? 1000
                                                                           : 1)));
    return true;
  }
  if (name == "google.protobuf.Duration") {
    const int sign = Chance(50) ? 1 : -1;
    reflection.SetInt64(&message, field(1),
                        sign * static_cast<int64_t>(RandomBits() % 315576000000));
    if (Chance(50))
      reflection.SetInt32(&message, field(2), sign * static_cast<int32_t>(Below(1000000000)));
    return true;
  }
  if (name == "google.protobuf.FieldMask") {
    for (uint64_t n = Below(4); n > 0; --n)
      reflection.AddString(&message, field(1),
                           Chance(50) ? "foo_bar.baz" : fmt::format("q{}.x_y", n));
    return true;
  }
  if (name == "google.protobuf.Any") {
    auto inner = NewMessage();
    if (depth < kDepthMax) Fill(*inner, depth + 1);
    if (Chance(80)) {
      reflection.SetString(&message, field(1),
                           "type.googleapis.com/" + inner->GetDescriptor()->full_name());
      reflection.SetString(&message, field(2), Deterministic(*inner));
    } else {
      pb::Duration duration;
      duration.set_seconds(1 + static_cast<int64_t>(Below(1000)));
      reflection.SetString(&message, field(1), "type.googleapis.com/google.protobuf.Duration");
      reflection.SetString(&message, field(2), duration.SerializeAsString());
    }
    return true;
  }
  if (name == "google.protobuf.Value") {
    FillValue(message, depth);
    return true;
  }
  return false;
}

void RandomSchema::FillValue(pb::Message& value, int depth) {
  const pb::Reflection& reflection = *value.GetReflection();
  const uint64_t kind = depth >= kDepthMax ? Below(4) : Below(6);
  const Field* field = value.GetDescriptor()->FindFieldByNumber(static_cast<int>(kind) + 1);
  if (field->cpp_type() == Field::CPPTYPE_DOUBLE) {
    double number = RandomDouble();
    reflection.SetDouble(&value, field, std::isfinite(number) ? number : 0.5);
  } else {
    FillField(value, *field, depth + 1);
  }
}

std::string RandomSchema::RandomText() {
  static const char* const kPieces[] = {
      "a",    "Z", " ", "\"", "\\",     "/",  "\n",         "\x01",          "<",
      "\x7f", "é", "ж", "€",  "\u2028", "😀", "\U000e0041", "hello, world ", "0123456789abcdef"};
  std::string text;
  for (uint64_t n = Below(Chance(10) ? 60 : 8); n > 0; --n)
    text += kPieces[Below(std::size(kPieces))];
  return text;
}

double RandomSchema::RandomDouble() {
  switch (Below(8)) {
    case 0: return static_cast<double>(static_cast<int64_t>(RandomBits()));
    case 1: return static_cast<double>(Below(1000000)) / 1000;
    case 2: return static_cast<double>(static_cast<float>(Below(1000)) / 7);
    case 3: return std::numeric_limits<double>::infinity() * (Chance(50) ? 1 : -1);
    case 4: return std::numeric_limits<double>::quiet_NaN();
    case 5: return static_cast<double>(Below(100));
    default: {
      uint64_t bits = random_();
      double value;
      std::memcpy(&value, &bits, sizeof value);
      return std::isnan(value) ? 1.25 : value;
    }
  }
}

float RandomSchema::RandomFloat() {
  if (Chance(30)) return static_cast<float>(RandomDouble());
  uint32_t bits = static_cast<uint32_t>(random_());
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return std::isnan(value) ? 1.25f : value;
}

uint64_t RandomSchema::RandomBits() { return random_() >> Below(64); }

std::string RandomSchema::Shuffled(const std::string& wire) {
  std::map<uint64_t, std::vector<std::string>> fields;
  std::vector<uint64_t> order;
  pb::io::CodedInputStream input(reinterpret_cast<const uint8_t*>(wire.data()),
                                 static_cast<int>(wire.size()));
  while (uint32_t tag = input.ReadTag()) {
    const int start = input.CurrentPosition();
    uint64_t value = 0;
    switch (tag & 7) {
      case 0: input.ReadVarint64(&value); break;
      case 1: input.Skip(8); break;
      case 5: input.Skip(4); break;
      default: input.ReadVarint64(&value); input.Skip(static_cast<int>(value));
    }
    std::string bytes;
    for (uint64_t t = tag;; t >>= 7) {
      bytes += static_cast<char>(t < 0x80 ? t : t | 0x80);
      if (t < 0x80) break;
    }
    bytes += wire.substr(static_cast<size_t>(start),
                         static_cast<size_t>(input.CurrentPosition() - start));
    fields[tag].push_back(bytes);
    order.push_back(tag);
  }
  std::shuffle(order.begin(), order.end(), random_);
  std::map<uint64_t, size_t> next;
  std::string shuffled;
  for (uint64_t tag : order) shuffled += fields[tag][next[tag]++];
  return shuffled;
}

std::string RandomSchema::Respell(const std::string& json) {
  std::string spelled;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string && c == '\\') {
      const size_t length = json[i + 1] == 'u' ? 6 : 2;
      spelled += json.substr(i, length);
      i += length - 1;
      continue;
    }
    if (c == '"') in_string = !in_string;
    if (in_string && c >= 'a' && c <= 'z' && Chance(3)) {
      spelled += fmt::format("\\u{:04X}", static_cast<int>(c));
      continue;
    }
    spelled += c;
    const bool between = !in_string && (c == '{' || c == '[' || c == ',' || c == ':' || c == '}' ||
                                        c == ']' || c == '"');
    if (between && Chance(20)) spelled += std::string(Below(30), " \n\t\r"[Below(4)]);
  }
  return spelled;
}

std::string RandomSchema::Mutate(std::string text) {
  static constexpr char kBytes[] = "{}[]\",:0123456789-+.eE\\untrfas \n\x80\xff";
  for (uint64_t n = 1 + Below(3); n > 0 && !text.empty(); --n) {
    const size_t at = Below(text.size());
    switch (Below(3)) {
      case 0: text[at] = kBytes[Below(sizeof kBytes - 1)]; break;
      case 1: text.erase(at, 1 + Below(4)); break;
      default: text.insert(at, text.substr(Below(text.size()), 1 + Below(10))); break;
    }
  }
  return text;
}

}  // namespace minato::gateway

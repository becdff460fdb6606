#include "gateway/transcode/json_reader.h"

#include <emmintrin.h>

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "gateway/transcode/json_string.h"

namespace minato::gateway {
namespace {

constexpr size_t kBlock = 16;
static_assert(FieldTable::kKeySlack >= kBlock);

// Whether an object in JSON has other names inside than the message has fields.
bool HasNamesOfItsOwn(const MessageTable& table) {
  if (table.is_map_entry) return true;
  switch (table.well_known) {
    case WellKnown::kAny:
    case WellKnown::kListValue:
    case WellKnown::kStruct:
    case WellKnown::kValue: return true;
    default: return false;
  }
}

}  // namespace

bool JsonReader::Read(const MessageTable& root, const FieldPath& target, BindingNode& bindings) {
  SkipSpace();
  // A well-known type that is written as a string or a list is the whole message.
  const bool is_whole = target.empty() && p_ != end_ && *p_ != '{';
  BindingNode* node = is_whole || bindings.children.empty() ? nullptr : &bindings;
  if (!ReadTarget(root, target, 0, node)) return false;
  SkipSpace();
  if (p_ != end_) return Fail("unexpected data after the value");
  if (too_deep_at_ != nullptr && options_.dialect == Dialect::kStrict) [[unlikely]] {
    p_ = too_deep_at_;
    return Fail(fmt::format("nested more than {} messages deep, which is protobuf's limit; an object in a "
                            "google.protobuf.Struct counts as three, a list as two",
                            kMessageDepthMax));
  }
  return true;
}

bool JsonReader::ReadNothing(const MessageTable& root, BindingNode& bindings) {
  uint64_t oneofs = 0;
  return WriteBindings(root, bindings, oneofs) && CheckRequired(root, 0);
}

bool JsonReader::ReadTarget(const MessageTable& table, const FieldPath& target, size_t depth,
                            BindingNode* node) {
  if (depth == target.size()) return ReadMessageBody(table, node);
  const FieldTable& field = *target[depth];
  const size_t start = sink_.size();
  uint64_t oneofs = 0;
  if (depth + 1 < target.size()) {
    // For Envoy a message has no name here that a value in the URL could clash with.
    const bool is_strict = options_.dialect == Dialect::kStrict;
    BindingNode* child = node == nullptr ? nullptr : Meet(*node, field, is_strict ? field.name : "");
    sink_.Wrote(WriteTag(sink_.Need(kTagBytesMax), field.tag));
    Length length = BeginLength();
    if (!ReadTarget(*field.message, target, depth + 1, child)) return In(field.json_name);
    EndLength(length);
    if (!ClaimOneof(table, field, oneofs)) return false;
  } else if (At('n') && !field.keeps_null) {
    if (!SkipNull()) return In(field.json_name);
  } else {
    BindingNode* child = node == nullptr ? nullptr : Meet(*node, field, field.name);
    if (!error_.what.empty()) return In(field.json_name);
    const bool read = node == nullptr ? ReadFieldValue(field, child) : ReadBoundField(field, child, *node);
    if (!read) return In(field.json_name);
    if (!ClaimOneof(table, field, oneofs)) return false;
  }
  if (node != nullptr && !WriteBindings(table, *node, oneofs)) return false;
  return CheckRequired(table, start);
}

bool JsonReader::ReadMessageBody(const MessageTable& table, BindingNode* node) {
  bool good = false;
  switch (table.well_known) {
    case WellKnown::kNone:
    case WellKnown::kEmpty:
    case WellKnown::kHttpBody: return ReadObject(table, node, Object::kPlain);
    case WellKnown::kAny: good = ReadAny(table); break;
    case WellKnown::kDuration:
    case WellKnown::kTimestamp: good = ReadTimeText(table.well_known); break;
    case WellKnown::kFieldMask: {
      std::string_view text;
      good = ReadText(text) && WriteFieldMask(text);
      break;
    }
    case WellKnown::kListValue: good = ReadListItems(); break;
    case WellKnown::kStruct: good = ReadStructFields(); break;
    case WellKnown::kValue: good = ReadJsonValue(); break;
    case WellKnown::kWrapper:
      // A whole body may be null: the value is the default.
      good = At('n') ? SkipNull() : ReadScalar<Tagged::kYes>(table.fields.front());
      break;
  }
  if (!good) return false;
  uint64_t oneofs = 0;
  return node == nullptr || WriteBindings(table, *node, oneofs);
}

// Whether the key of the field stands here, with its colon right behind it.
bool JsonReader::KeyIs(const FieldTable& field) const {
  const char* const key = field.json_key.data() + 1;  // Without the comma.
  const size_t size = field.json_key.size() - 1;
  const size_t left = static_cast<size_t>(end_ - p_);
  if (left < kBlock) return size <= left && std::memcmp(p_, key, size) == 0;
  const __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p_)),
                                       _mm_loadu_si128(reinterpret_cast<const __m128i*>(key)));
  const uint32_t mask = static_cast<uint32_t>(_mm_movemask_epi8(equal));
  if (size <= kBlock) return (~mask & ((1u << size) - 1)) == 0;
  return mask == 0xffff && size <= left &&
         std::memcmp(p_ + kBlock, key + kBlock, size - kBlock) == 0;
}

bool JsonReader::ReadKey(const MessageTable& table, const FieldTable* expected,
                         const FieldTable*& field, std::string_view& key) {
  // Fields mostly come in the order of the .proto, one of them left out here and there.
  const FieldTable* const end = table.fields.data() + table.fields.size();
  for (int tries = 0; tries < 2 && expected != end; ++tries, ++expected) {
    if (!KeyIs(*expected)) continue;
    key = expected->json_name;
    field = expected;
    p_ += expected->json_key.size() - 1;
    SkipSpace();
    return true;
  }
  if (!At('"')) return FailExpected("a key in quotes");
  if (!ReadText(key)) return false;
  field = table.FindName(key);
  return ReadColon();
}

bool JsonReader::ReadColon() {
  SkipSpace();
  if (!At(':')) return FailExpected("':'");
  ++p_;
  SkipSpace();
  return true;
}

bool JsonReader::ReadObject(const MessageTable& table, BindingNode* node, Object object) {
  if (!At('{')) return FailExpected("an object");
  if (!Enter()) return false;
  const size_t start = sink_.size();
  uint64_t oneofs = 0;
  const FieldTable* expected = table.fields.data();
  ++p_;
  SkipSpace();
  bool more = !At('}');
  if (!more) ++p_;
  while (more) {
    const FieldTable* field = nullptr;
    std::string_view key;
    const char* const key_start = p_;
    if (!ReadKey(table, expected, field, key)) return false;
    if (field == nullptr) [[unlikely]] {
      if (!ReadUnknown(table, key, key_start, object)) return false;
    } else {
      BindingNode* child = nullptr;
      if (node != nullptr && (!At('n') || field->keeps_null)) [[unlikely]] {
        child = Meet(*node, *field, key);
        if (!error_.what.empty()) return In(field->json_name);
      }
      if (At('n') && !(field->keeps_null && field->cardinality == Cardinality::kSingular))
          [[unlikely]] {
        if (field->keeps_null && options_.dialect == Dialect::kEnvoy)
          return FailExpected("a list or an object");
        if (!SkipNull()) return In(field->json_name);
      } else {
        if (field->oneof_index >= 0 && !ClaimOneof(table, *field, oneofs)) return false;
        const bool read = node == nullptr ? ReadFieldValue(*field, child)
                                          : ReadBoundField(*field, child, *node);
        if (!read) return In(field->json_name);
      }
      expected = field + 1;
    }
    if (!NextElement('}', more)) return false;
  }
  if (node != nullptr && !WriteBindings(table, *node, oneofs)) return false;
  if (table.required_count != 0 && !CheckRequired(table, start)) return false;
  if (!more_oneofs_.empty())
    std::erase_if(more_oneofs_,
                  [&](uint64_t entry) { return static_cast<int>(entry >> 32) >= depth_; });
  Leave();
  return true;
}

bool JsonReader::ReadUnknown(const MessageTable& table, std::string_view key, const char* key_start,
                             Object object) {
  const bool type_of_any = object == Object::kInsideAny && key == "@type";
  if (!type_of_any && (options_.unknown_fields == UnknownFields::kRefuse || key.empty())) {
    std::string name(key);
    p_ = key_start;
    Fail(fmt::format("no such field in {}", table.full_name));
    return In(name);
  }
  return SkipValue();
}

bool JsonReader::ReadFieldValue(const FieldTable& field, BindingNode* node) {
  switch (field.cardinality) {
    case Cardinality::kSingular: return ReadValue(field, node);
    case Cardinality::kRepeated: return ReadList(field);
    case Cardinality::kMap: return ReadMap(field);
  }
  return false;
}

bool JsonReader::ReadValue(const FieldTable& field, BindingNode* node) {
  if (field.kind < Kind::kMessage) return ReadScalar<Tagged::kYes>(field);
  sink_.Wrote(WriteTag(sink_.Need(kTagBytesMax), field.tag));
  if (field.kind == Kind::kGroup) {
    if (!ReadObject(*field.message, node, Object::kPlain)) return false;
    sink_.Wrote(WriteVarint(sink_.Need(kVarintBytesMax),
                            field.number << 3 | static_cast<uint32_t>(WireType::kEndGroup)));
    return true;
  }
  Length length = BeginLength();
  if (!ReadMessageBody(*field.message, node)) return false;
  EndLength(length);
  return true;
}

bool JsonReader::ReadList(const FieldTable& field) {
  if (!At('[')) return FailExpected("an array");
  // Envoy packs nothing, which an Any shows: whoever gets it may compare its bytes.
  if (field.packed && (open_anys_ == 0 || options_.dialect == Dialect::kStrict)) return ReadPacked(field);
  if (!Enter()) return false;
  ++p_;
  SkipSpace();
  bool more = !At(']');
  if (!more) ++p_;
  for (size_t index = 0; more; ++index) {
    if (At('n') && !field.keeps_null) {
      if (!SkipNull()) return InElement(index);
    } else if (!ReadValue(field, nullptr)) {
      return InElement(index);
    }
    if (!NextElement(']', more)) return InElement(index);
  }
  Leave();
  return true;
}

bool JsonReader::ReadMap(const FieldTable& field) {
  if (!At('{')) return FailExpected("an object");
  if (!Enter()) return false;
  const FieldTable& key_field = *field.message->FindNumber(1);
  const FieldTable& value_field = *field.message->FindNumber(2);
  MapKeys::Map keys(map_keys_);
  ++p_;
  SkipSpace();
  bool more = !At('}');
  if (!more) ++p_;
  while (more) {
    RawString raw;
    std::string_view key;
    const char* const key_start = p_;
    if (!At('"')) return FailExpected("a key in quotes");
    if (!ScanString(raw) || !Text(raw, key)) return false;
    const char* const behind = p_;
    p_ = key_start;
    sink_.Wrote(WriteTag(sink_.Need(kTagBytesMax), field.tag));
    Length length = BeginLength();
    const size_t key_at = sink_.size();
    if (!WriteText(key_field, key)) return false;
    const size_t key_bytes = sink_.size() - key_at;
    p_ = behind;
    if (!ReadColon()) return false;
    if (!ReadMapValue(value_field)) return In(fmt::format("[{}]", raw.view()));
    if (!keys.Add(sink_, EndLength(length), key_bytes)) {
      p_ = key_start;
      Fail("the key is there twice");
      return In(fmt::format("[{}]", raw.view()));
    }
    if (!NextElement('}', more)) return false;
  }
  Leave();
  return true;
}

bool JsonReader::ReadMapValue(const FieldTable& value) {
  if (At('n') && !value.keeps_null) return SkipNull();
  return ReadValue(value, nullptr);
}

bool JsonReader::ClaimOneof(const MessageTable& table, const FieldTable& field, uint64_t& oneofs) {
  if (field.oneof_index < 0) return true;
  bool claimed;
  if (field.oneof_index < 64) {
    const uint64_t bit = uint64_t{1} << field.oneof_index;
    claimed = (oneofs & bit) != 0;
    oneofs |= bit;
  } else {
    const uint64_t entry =
        static_cast<uint64_t>(depth_) << 32 | static_cast<uint32_t>(field.oneof_index);
    claimed = std::find(more_oneofs_.begin(), more_oneofs_.end(), entry) != more_oneofs_.end();
    more_oneofs_.push_back(entry);
  }
  if (!claimed) return true;
  return Fail(fmt::format("oneof field '{}' is already set. Cannot set '{}'",
                          table.oneofs[static_cast<size_t>(field.oneof_index)], field.json_name));
}

// Notes that the body has the field; the node of the bindings inside it, if it is a message with
// some. May fail: see error_.
BindingNode* JsonReader::Meet(BindingNode& node, const FieldTable& field, std::string_view key) {
  if (field.is_repeated()) {
    // In front of the body's entries, which then win.
    if (field.cardinality == Cardinality::kMap) WriteEntries(node, field);
    return nullptr;
  }
  BindingNode* inside = nullptr;
  for (BindingNode& child : node.children) {
    if (child.field != &field || child.met) continue;
    if (child.value == nullptr) {
      child.met = true;
      inside = &child;
    } else if (options_.dialect == Dialect::kStrict || (key == field.name && !At('{') && !At('[') && !At('n'))) {
      // Envoy compares with proto names only, and only scalars that are not null: it does not see a
      // clash under a JSON name, and the binding, written last, wins.
      // Whether the values differ is for its reader to say; ours asks once it has read the value.
      if (options_.collisions == Collisions::kRefuse && options_.dialect == Dialect::kEnvoy)
        Fail("the field is bound in the URL, too");
      child.met = true;
    }
  }
  return inside;
}

bool JsonReader::WriteBindings(const MessageTable& table, BindingNode& node, uint64_t& oneofs) {
  const bool read_as_json = options_.dialect == Dialect::kEnvoy && HasNamesOfItsOwn(table);
  // Values in front of messages: of a field that has both the message is merged into the value.
  for (BindingNode& child : node.children) {
    if (child.met || child.value == nullptr) continue;
    if (read_as_json && child.key == nullptr) return Fail("Envoy reads the name as it would stand in JSON");
    if (!ClaimOneof(table, *child.field, oneofs)) return false;
    const bool written = child.key != nullptr ? WriteEntry(child) : WriteText(*child.field, *child.value);
    if (!written) return In(child.field->json_name);
  }
  for (BindingNode& child : node.children) {
    if (child.met || child.value != nullptr) continue;
    if (read_as_json) return Fail("Envoy reads the name as it would stand in JSON");
    const FieldTable& field = *child.field;
    if (!ClaimOneof(table, field, oneofs)) return false;
    sink_.Wrote(WriteTag(sink_.Need(kTagBytesMax), field.tag));
    Length length = BeginLength();
    const size_t start = sink_.size();
    uint64_t inner_oneofs = 0;
    if (!WriteBindings(*field.message, child, inner_oneofs) ||
        !CheckRequired(*field.message, start)) {
      return In(field.json_name);
    }
    EndLength(length);
  }
  return true;
}

bool JsonReader::WriteEntry(const BindingNode& entry) {
  const MessageTable& table = *entry.field->message;
  sink_.Wrote(WriteTag(sink_.Need(kTagBytesMax), entry.field->tag));
  Length length = BeginLength();
  if (!WriteText(*table.FindNumber(1), *entry.key) ||
      !WriteText(*table.FindNumber(2), *entry.value)) {
    return In(fmt::format("[{}]", *entry.key));
  }
  EndLength(length);
  return true;
}

bool JsonReader::WriteEntries(BindingNode& node, const FieldTable& map) {
  for (BindingNode& child : node.children) {
    if (child.field != &map || child.key == nullptr || child.met) continue;
    child.met = true;
    if (!WriteEntry(child)) return false;
  }
  return true;
}

// Where `node`, of the message around it, has bindings.
bool JsonReader::ReadBoundField(const FieldTable& field, BindingNode* child, const BindingNode& node) {
  const size_t written_at = sink_.size();
  const char* const value = p_;
  return ReadFieldValue(field, child) && AgreesWithUrl(node, field, written_at, value);
}

// Collisions::kRefuse: whether the body's value of the field, written at `written_at`, is the one in
// the URL.
bool JsonReader::AgreesWithUrl(const BindingNode& node, const FieldTable& field, size_t written_at,
                               const char* value) {
  if (options_.collisions == Collisions::kBodyWins || options_.dialect != Dialect::kStrict ||
      field.is_repeated()) {
    return true;
  }
  for (const BindingNode& child : node.children) {
    if (child.field != &field || child.value == nullptr) continue;
    const size_t bound_at = sink_.size();
    p_ = std::exchange(value, p_);
    if (!WriteText(field, *child.value)) return false;
    const bool same = std::string_view(sink_.at(written_at), bound_at - written_at) ==
                      std::string_view(sink_.at(bound_at), sink_.size() - bound_at);
    if (!same) return Fail(fmt::format("the URL says {}", QuoteJson(*child.value)));
    sink_.Truncate(bound_at);
    p_ = std::exchange(value, p_);
  }
  return true;
}

// proto2: looks through what was written for the message.
bool JsonReader::CheckRequired(const MessageTable& table, size_t start) {
  if (table.required_count == 0) return true;
  std::vector<bool> present(table.fields.size());
  const char* p = sink_.at(start);
  const char* const end = sink_.at(sink_.size());
  int groups = 0;
  while (p < end) {
    uint64_t tag = 0;
    uint64_t size = 0;
    p = ReadVarint(p, end, tag);
    const FieldTable* field = table.FindNumber(static_cast<uint32_t>(tag >> 3));
    if (field != nullptr && groups == 0) present[field->index] = true;
    switch (static_cast<WireType>(tag & 7)) {
      case WireType::kVarint: p = ReadVarint(p, end, size); break;
      case WireType::kFixed64: p += 8; break;
      case WireType::kFixed32: p += 4; break;
      case WireType::kLength: p = ReadVarint(p, end, size) + size; break;
      case WireType::kStartGroup: ++groups; break;
      case WireType::kEndGroup: --groups; break;
    }
  }
  for (const FieldTable& field : table.fields) {
    if (field.presence == Presence::kRequired && !present[field.index]) {
      return Fail(fmt::format("missing field {}", field.name));
    }
  }
  return true;
}

JsonReader::Length JsonReader::BeginLength() {
  if (++open_lengths_ > kMessageDepthMax && too_deep_at_ == nullptr) [[unlikely]] too_deep_at_ = p_;
  const uint8_t width = widths_[depth_] + 1;
  const size_t at = sink_.size();
  sink_.Wrote(sink_.Need(kLengthBytesMax) + width);
  return Length{at, width};
}

// The width was guessed to be that of the last length at this depth: siblings are alike.
size_t JsonReader::EndLength(Length length) {
  --open_lengths_;
  const size_t content_at = length.at + length.width;
  const size_t content = sink_.size() - content_at;
  const size_t width = VarintSize(content);
  if (width != length.width) [[unlikely]] {
    widths_[depth_] = static_cast<uint8_t>(width - 1);
    sink_.Need(kLengthBytesMax);
    std::memmove(sink_.at(length.at + width), sink_.at(content_at), content);
    sink_.Truncate(length.at + width + content);
  }
  WriteVarint(sink_.at(length.at), content);
  return length.at + width;
}

}  // namespace minato::gateway

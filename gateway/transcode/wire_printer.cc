#include "gateway/transcode/wire_printer.h"

#include <algorithm>
#include <vector>

#include "fmt/format.h"
#include "gateway/transcode/envoy_wire_error.h"
#include "gateway/transcode/wire.h"

namespace minato::gateway {
namespace {

constexpr uint32_t kFieldNumberMax = (1u << 29) - 1;

}  // namespace

bool WirePrinter::PrintMessage(const MessageTable& table, std::string_view wire) {
  if (!EnterMessage()) return false;
  const bool plain = table.well_known == WellKnown::kNone ||
                     table.well_known == WellKnown::kHttpBody ||
                     table.well_known == WellKnown::kEmpty;
  const bool printed = plain ? PrintObject(table, wire) : PrintKnown(table, wire);
  LeaveMessage();
  return printed;
}

bool WirePrinter::PrintObject(const MessageTable& table, std::string_view wire) {
  if (!Open('{')) return false;
  bool first = true;
  if (!PrintFields(table, wire, first)) return false;
  Close('}', first);
  return true;
}

bool WirePrinter::PrintFields(const MessageTable& table, std::string_view wire, bool& first) {
  if (order_ == Order::kAscending) return PrintInOrder(table, wire, first);
  bool ascending;
  if (!IsAscending(table, wire, ascending)) return false;
  if (ascending) return PrintInOrder(table, wire, first);
  std::string sorted;
  return Sort(table, wire, sorted) && PrintInOrder(table, sorted, first);
}

bool WirePrinter::PrintInOrder(const MessageTable& table, std::string_view wire, bool& first) {
  const char* p = wire.data();
  const char* const end = p + wire.size();
  const bool print_unset = options_.unset == JsonPrintOptions::Unset::kPrint;
  size_t next = 0;  // Index of the lowest field that may still come.
  while (p < end) {
    Found found;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    const FieldTable* field =
        next < table.fields.size() && table.fields[next].number == found.number
            ? &table.fields[next]
            : table.FindNumber(found.number);
    if (field == nullptr) continue;
    if (!Fits(*field, found)) {
      if (!Refit(*field, found)) return false;
      if (found.number == 0) continue;
    }
    // No elements are no list: whether one is printed is up to `unset`.
    if (found.value == found.end && IsPackable(*field)) continue;
    if (field->index < next) [[unlikely]] {
      if (field->index + 1 == next && !field->is_repeated()) return FailRepeated(*field);
      out_of_order_ = true;
      return false;
    }
    if (print_unset) PrintUnset(table, next, field->index, first);
    next = field->index + 1;
    if (field->is_repeated()) {
      p = PrintField(*field, found, end, first);
      if (p == nullptr) return false;
    } else if (!PrintField(*field, found, p, first)) {
      return false;
    }
  }
  if (print_unset) PrintUnset(table, next, table.fields.size(), first);
  return true;
}

const char* WirePrinter::PrintField(const FieldTable& field, const Found& found, const char* end,
                                    bool& first) {
  if (field.cardinality == Cardinality::kSingular) {
    if (field.keeps_null && field.kind == Kind::kMessage && IsEmptyValue(field, found.view()))
      return end;
    PrintKey(field, first);
    return PrintValue(field, found) ? end : nullptr;
  }
  PrintKey(field, first);
  return field.cardinality == Cardinality::kMap ? PrintMap(field, found, end)
                                                : PrintList(field, found, end);
}

// The elements of a list follow each other, packed or one by one.
const char* WirePrinter::PrintList(const FieldTable& field, Found found, const char* end) {
  if (!Open('[')) return nullptr;
  bool first = true;
  for (;;) {
    if (IsPackable(field)) {
      if (found.type == WireType::kLength) {
        if (PrintPacked(field, found.view(), first) == nullptr) return nullptr;
      } else {
        Separate(first);
        if (!PrintScalar(field, found)) return nullptr;
      }
    } else if (!(field.keeps_null && IsEmptyValue(field, found.view()))) {
      Separate(first);
      if (!PrintValue(field, found)) return nullptr;
    }
    const char* const p = found.next;
    if (p == end) {
      Close(']', first);
      return p;
    }
    Found following;
    if (Next(p, end, following) == nullptr) return nullptr;
    if (following.number != field.number || !Fits(field, following)) {
      Close(']', first);
      return p;
    }
    found = following;
  }
}

const char* WirePrinter::PrintMap(const FieldTable& field, Found found, const char* end) {
  const FieldTable& key = *field.message->FindNumber(1);
  const FieldTable& value = *field.message->FindNumber(2);
  if (!Open('{')) return nullptr;
  bool first = true;
  for (;;) {
    if (!EnterMessage() || !PrintMapEntry(key, value, found.view(), first)) return nullptr;
    LeaveMessage();
    const char* const p = found.next;
    Found following;
    if (p < end) {
      if (Next(p, end, following) == nullptr) return nullptr;
    }
    if (p == end || following.number != field.number || following.type != WireType::kLength) {
      Close('}', first);
      return p;
    }
    found = following;
  }
}

bool WirePrinter::PrintMapEntry(const FieldTable& key, const FieldTable& value,
                                std::string_view wire, bool& first) {
  Found key_found;
  Found value_found;
  const char* p = wire.data();
  const char* const end = p + wire.size();
  while (p < end) {
    Found found;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    if (!Take(key, found, key_found) || !Take(value, found, value_found)) return false;
  }
  if (value.keeps_null && value.kind == Kind::kMessage && IsEmptyValue(value, value_found.view()))
    return IsReadable(*key.parent, wire);
  Separate(first);
  if (!PrintMapKey(key, key_found)) return false;
  sink_.Append(':');
  if (indent_) sink_.Append(' ');
  if (value_found.number != 0) return PrintValue(value, value_found);
  if (value.kind == Kind::kMessage) return PrintMessage(*value.message, {});
  PrintDefault(value);
  return true;
}

bool WirePrinter::PrintValue(const FieldTable& field, const Found& found) {
  if (field.kind < Kind::kMessage) return PrintScalar(field, found);
  return PrintMessage(*field.message, found.view());
}

bool WirePrinter::PrintFieldOf(const FieldTable& field, std::string_view wire) {
  std::string sorted;
  if (!Sort(*field.parent, wire, sorted)) return false;
  const char* p = sorted.data();
  const char* const end = p + sorted.size();
  while (p < end) {
    Found found;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    if (found.number != field.number) continue;
    switch (field.cardinality) {
      case Cardinality::kSingular: return PrintValue(field, found);
      case Cardinality::kRepeated: return PrintList(field, found, end) != nullptr;
      case Cardinality::kMap: return PrintMap(field, found, end) != nullptr;
    }
  }
  if (field.kind == Kind::kMessage && !field.is_repeated()) {
    const WellKnown type = field.message->well_known;
    if (type == WellKnown::kNone || type == WellKnown::kEmpty || type == WellKnown::kHttpBody ||
        type == WellKnown::kStruct || type == WellKnown::kListValue) {
      return PrintMessage(*field.message, {});
    }
    sink_.Append("null");
    return true;
  }
  PrintDefault(field);
  return true;
}

void WirePrinter::PrintUnset(const MessageTable& table, size_t from, size_t to, bool& first) {
  for (; from < to; ++from) {
    const FieldTable& field = table.fields[from];
    if (!field.is_repeated() && field.presence != Presence::kImplicit) continue;
    PrintKey(field, first);
    PrintDefault(field);
  }
}

void WirePrinter::PrintDefault(const FieldTable& field) {
  if (field.cardinality == Cardinality::kMap) return sink_.Append("{}");
  if (field.cardinality == Cardinality::kRepeated) return sink_.Append("[]");
  switch (field.kind) {
    case Kind::kInt64:
    case Kind::kUint64:
    case Kind::kSint64:
    case Kind::kFixed64:
    case Kind::kSfixed64: return sink_.Append("\"0\"");
    case Kind::kBool: return sink_.Append("false");
    case Kind::kString:
    case Kind::kBytes: return sink_.Append("\"\"");
    case Kind::kEnum:
      return PrintEnum(*field.enumeration, field.enumeration->values.front().number);
    default: return sink_.Append('0');
  }
}

void WirePrinter::PrintIndentedKey(std::string_view key, bool& first) {
  Separate(first);
  sink_.Append(key.substr(1));
  sink_.Append(' ');
}

bool WirePrinter::IsAscending(const MessageTable& table, std::string_view wire, bool& ascending) {
  const char* p = wire.data();
  const char* const end = p + wire.size();
  uint32_t last = 0;
  ascending = true;
  while (p < end && ascending) {
    Found found;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    const FieldTable* field = table.FindNumber(found.number);
    // A list with something unknown in its middle would be cut in two.
    ascending = field != nullptr && Fits(*field, found) && found.number >= last;
    last = found.number;
  }
  return true;
}

bool WirePrinter::Sort(const MessageTable& table, std::string_view wire, std::string& sorted) {
  struct Entry {
    uint32_t number;
    const char* begin;
    const char* end;
  };
  std::vector<Entry> entries;
  const char* p = wire.data();
  const char* const end = p + wire.size();
  while (p < end) {
    Found found;
    const char* const begin = p;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    const FieldTable* field = table.FindNumber(found.number);
    if (field == nullptr) continue;
    if (!Fits(*field, found) && !Refit(*field, found)) return false;
    if (found.number != 0) entries.push_back(Entry{found.number, begin, p});
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.number < b.number; });
  sorted.reserve(wire.size());
  for (const Entry& entry : entries) sorted.append(entry.begin, entry.end);
  return true;
}

const char* WirePrinter::NextAny(const char* p, const char* end, Found& found) {
  auto cut = [&]() -> const char* {
    Fail("the message is cut off or is not protobuf");
    return nullptr;
  };
  uint64_t tag;
  p = ReadVarint(p, end, tag);
  if (p != nullptr && tag == 0 && options_.wire == JsonPrintOptions::Wire::kEnvoy) {
    found = Found();
    return found.next = end;
  }
  if (p == nullptr || tag >> 3 == 0 || tag >> 3 > kFieldNumberMax) return cut();
  found.number = static_cast<uint32_t>(tag >> 3);
  found.type = static_cast<WireType>(tag & 7);
  found.value = p;
  switch (found.type) {
    case WireType::kVarint: {
      uint64_t value;
      p = ReadVarint(p, end, value);
      if (p == nullptr) return cut();
      found.end = p;
      return found.next = p;
    }
    case WireType::kFixed64:
      if (end - p < 8) return cut();
      found.end = p + 8;
      return found.next = p + 8;
    case WireType::kFixed32:
      if (end - p < 4) return cut();
      found.end = p + 4;
      return found.next = p + 4;
    case WireType::kLength: {
      uint64_t size;
      p = ReadVarint(p, end, size);
      if (p == nullptr) return cut();
      if (options_.wire == JsonPrintOptions::Wire::kEnvoy) size = static_cast<uint32_t>(size);
      if (size > static_cast<size_t>(end - p)) return cut();
      found.value = p;
      found.end = p + size;
      return found.next = p + size;
    }
    case WireType::kStartGroup: return SkipGroup(p, end, found, 0);
    case WireType::kEndGroup: break;
  }
  return cut();
}

// To the matching end; nested groups are skipped.
const char* WirePrinter::SkipGroup(const char* p, const char* end, Found& found, int depth) {
  while (p != nullptr && p < end && depth < kNestingMax) {
    uint64_t tag;
    const char* const start = p;
    p = ReadVarint(p, end, tag);
    if (p == nullptr) break;
    if ((tag & 7) == static_cast<uint64_t>(WireType::kEndGroup)) {
      if (tag >> 3 != found.number) break;
      found.end = start;
      return found.next = p;
    }
    Found inner;
    inner.number = static_cast<uint32_t>(tag >> 3);
    p = (tag & 7) == static_cast<uint64_t>(WireType::kStartGroup)
            ? SkipGroup(p, end, inner, depth + 1)
            : Next(start, end, inner);
  }
  Fail("the message is cut off or is not protobuf");
  return nullptr;
}

void WirePrinter::NewLine() {
  char* w = sink_.Need(static_cast<size_t>(levels_) + 1);
  *w++ = '\n';
  std::memset(w, ' ', static_cast<size_t>(levels_));
  sink_.Wrote(w + levels_);
}

void WirePrinter::PrintEnd() {
  if (indent_) sink_.Append('\n');
}

bool WirePrinter::Refit(const FieldTable& field, Found& found) {
  if (options_.wire == JsonPrintOptions::Wire::kStrict) {
    found.number = 0;
    return true;
  }
  // A list of numbers, or of groups, of which there is none.
  const bool is_list = found.type == WireType::kLength;
  if (is_list && found.value == found.end) {
    found.number = 0;
    return true;
  }
  if (!is_list || !IsNumber(field.kind)) return Fail("a field has another wire type than its own");
  found.type = static_cast<WireType>(field.tag.bytes[0] & 7);
  uint64_t value;
  const bool is_one = found.type == WireType::kFixed32   ? found.view().size() == 4
                      : found.type == WireType::kFixed64 ? found.view().size() == 8
                                                         : ReadVarint(found.value, found.end, value) == found.end;
  return is_one || FailRepeated(field);
}

bool WirePrinter::IsReadable(const MessageTable& table, std::string_view wire) {
  if (options_.wire == JsonPrintOptions::Wire::kStrict) return true;
  const std::string error = EnvoyWireError(table, wire);
  return error.empty() || Fail(error);
}

bool WirePrinter::FailRepeated(const FieldTable& field) {
  return Fail(fmt::format("repeated entries for singular field number {}", field.number));
}

bool WirePrinter::TooDeep() { return Fail("the message is nested too deeply"); }

bool WirePrinter::Fail(std::string what) {
  if (what_.empty()) what_ = std::move(what);
  return false;
}

}  // namespace minato::gateway

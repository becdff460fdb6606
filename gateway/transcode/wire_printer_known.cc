#include <cmath>

#include "fmt/format.h"
#include "gateway/transcode/json_number.h"
#include "gateway/transcode/json_string.h"
#include "gateway/transcode/time_text.h"
#include "gateway/transcode/wire.h"
#include "gateway/transcode/wire_printer.h"

namespace minato::gateway {
namespace {

constexpr std::string_view kTypePrefix = "type.googleapis.com/";

constexpr uint32_t kValueFieldMax = 6;  // Members of google.protobuf.Value's oneof: 1 to 6.

}  // namespace

bool WirePrinter::PrintKnown(const MessageTable& table, std::string_view wire) {
  switch (table.well_known) {
    case WellKnown::kAny: return PrintAny(table, wire);
    case WellKnown::kDuration:
    case WellKnown::kTimestamp: return PrintTime(table.well_known, wire);
    case WellKnown::kFieldMask: return PrintFieldMask(wire);
    case WellKnown::kStruct:
    case WellKnown::kListValue: return PrintWhole(table.fields.front(), wire);
    case WellKnown::kValue: return PrintJsonValue(table, wire);
    case WellKnown::kWrapper: return PrintWrapper(table, wire);
    case WellKnown::kNone:
    case WellKnown::kEmpty:
    case WellKnown::kHttpBody: break;
  }
  return PrintObject(table, wire);
}

// Leaves out what is unknown between them.
bool WirePrinter::TakeElements(const FieldTable& field, std::string_view wire, std::string& elements) {
  const char* p = wire.data();
  const char* const end = p + wire.size();
  while (p < end) {
    Found found;
    const char* const begin = p;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    if (found.number == field.number && found.type == WireType::kLength) elements.append(begin, p);
  }
  return true;
}

// The one list or map that is the whole message.
bool WirePrinter::PrintWhole(const FieldTable& field, std::string_view wire) {
  const bool map = field.cardinality == Cardinality::kMap;
  std::string elements;
  if (order_ == Order::kAny) {
    if (!TakeElements(field, wire, elements)) return false;
    wire = elements;
  }
  const char* p = wire.data();
  const char* const end = p + wire.size();
  while (p < end) {
    Found found;
    const char* const behind = Next(p, end, found);
    if (behind == nullptr) return false;
    if (found.number != field.number || found.type != WireType::kLength) {
      p = behind;
      continue;
    }
    p = map ? PrintMap(field, found, end) : PrintList(field, found, end);
    out_of_order_ = out_of_order_ || (p != nullptr && p < end);
    return p == end;
  }
  if (!Open(map ? '{' : '[')) return false;
  Close(map ? '}' : ']', true);
  return true;
}

bool WirePrinter::PrintWrapper(const MessageTable& table, std::string_view wire) {
  const FieldTable& field = table.fields.front();
  Found value;
  for (const char *p = wire.data(), *end = p + wire.size(); p < end;) {
    Found found;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    if (found.number != field.number || !Fits(field, found)) continue;
    if (value.number != 0) return Fail("repeated entries for singular field number 1");
    value = found;
  }
  if (value.number != 0) return PrintScalar(field, value);
  PrintDefault(field);
  return true;
}

bool WirePrinter::PrintTime(WellKnown type, std::string_view wire) {
  SecondsAndNanos time;
  for (const char *p = wire.data(), *end = p + wire.size(); p < end;) {
    Found found;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    if (found.type != WireType::kVarint) continue;
    uint64_t value = 0;
    ReadVarint(found.value, found.end, value);
    if (found.number == 1) time.seconds = static_cast<int64_t>(value);
    if (found.number == 2) time.nanos = static_cast<int32_t>(value);
  }
  std::string_view why;
  char* w = sink_.Need(kTimeTextBytes + 2);
  *w++ = '"';
  w = type == WellKnown::kTimestamp ? PrintTimestamp(w, time, why) : PrintDuration(w, time, why);
  if (w == nullptr) return Fail(std::string(why));
  *w++ = '"';
  sink_.Wrote(w);
  return true;
}

bool WirePrinter::PrintFieldMask(std::string_view wire) {
  std::string paths;
  bool first = true;
  for (const char *p = wire.data(), *end = p + wire.size(); p < end;) {
    Found found;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    if (found.number != 1 || found.type != WireType::kLength) continue;
    if (!first) paths += ',';
    first = false;
    paths += CamelCasePath(found.view());
  }
  const bool is_strict = options_.wire == JsonPrintOptions::Wire::kStrict;
  if (AppendJsonString(sink_, paths, is_strict ? BadUtf8::kRefuse : BadUtf8::kAsEnvoy)) return true;
  return Fail("the paths of a google.protobuf.FieldMask must be UTF-8");
}

bool WirePrinter::IsEmptyValue(const FieldTable& field, std::string_view wire) const {
  if (field.kind != Kind::kMessage) return false;
  for (const char *p = wire.data(), *end = p + wire.size(); p < end;) {
    uint64_t tag;
    if (ReadVarint(p, end, tag) == nullptr) return false;  // Printing it will fail.
    const FieldTable* const member = tag >> 3 <= kValueFieldMax ? field.message->FindNumber(tag >> 3) : nullptr;
    if (member != nullptr && static_cast<uint8_t>(member->tag.bytes[0]) == tag) return false;
    Found found;
    WirePrinter skipper(options_, order_, sink_);
    p = skipper.Next(p, end, found);
    if (p == nullptr) return false;
  }
  return true;
}

// Of several members the one with the lowest number is printed.
bool WirePrinter::PrintJsonValue(const MessageTable& table, std::string_view wire) {
  Found member;
  for (const char *p = wire.data(), *end = p + wire.size(); p < end;) {
    Found found;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    if (found.number > kValueFieldMax) continue;
    const FieldTable* field = table.FindNumber(found.number);
    if (field == nullptr || !Fits(*field, found)) continue;
    if (found.number == member.number) {
      return Fail(fmt::format("repeated entries for singular field number {}", found.number));
    }
    if (member.number == 0 || found.number < member.number) member = found;
  }
  if (member.number == 0) return true;  // Only as the whole document: it prints nothing.
  const FieldTable& field = *table.FindNumber(member.number);
  if (field.kind == Kind::kDouble) {
    double value;
    std::memcpy(&value, member.value, sizeof value);
    if (std::isnan(value)) {
      return Fail(
          "google.protobuf.Value cannot encode double values for nan, because it would be parsed "
          "as a string");
    }
    if (std::isinf(value)) {
      return Fail(
          "google.protobuf.Value cannot encode double values for infinity, because it would be "
          "parsed as a string");
    }
  }
  return PrintValue(field, member);
}

bool WirePrinter::PrintAny(const MessageTable& table, std::string_view wire) {
  std::string_view type_url;
  std::string_view value;
  for (const char *p = wire.data(), *end = p + wire.size(); p < end;) {
    Found found;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    if (found.type != WireType::kLength) continue;
    if (found.number == 1) type_url = found.view();
    if (found.number == 2) value = found.view();
  }
  if (type_url.empty() && value.empty()) {
    sink_.Append("{}");
    return true;
  }
  if (options_.unreadable_any == JsonPrintOptions::UnreadableAny::kRefuse) {
    return PrintAnyAsItsType(table, type_url, value);
  }
  const size_t begin = sink_.size();
  const int levels = levels_;
  const int messages = messages_;
  if (PrintAnyAsItsType(table, type_url, value)) return true;
  if (out_of_order_) return false;  // It is printed once more, in order.
  sink_.Truncate(begin);
  levels_ = levels;
  messages_ = messages;
  what_.clear();
  return PrintAnyAsBytes(table, type_url, value);
}

bool WirePrinter::PrintAnyAsItsType(const MessageTable& table, std::string_view type_url,
                                    std::string_view value) {
  if (type_url.empty()) return Fail("broken Any: missing type URL");
  if (options_.wire == JsonPrintOptions::Wire::kEnvoy && !type_url.starts_with(kTypePrefix)) {
    return Fail(fmt::format("Invalid type URL, type URLs must be of the form "
                            "'type.googleapis.com/<typename>', got: {}",
                            type_url));
  }
  const size_t slash = type_url.rfind('/');
  const std::string_view name = slash == type_url.npos ? type_url : type_url.substr(slash + 1);
  const MessageTable* inner = slash == type_url.npos ? nullptr : table.schema->Find(name);
  if (inner == nullptr) return Fail(fmt::format("Invalid type URL, unknown type: {}", name));
  if (!Open('{')) return false;
  bool first = true;
  PrintAnyKey("\"@type\":", first);
  if (!AppendJsonString(sink_, type_url, BadUtf8::kRefuse))
    return Fail("proto3 strings must be UTF-8");
  if (inner->well_known == WellKnown::kNone || inner->well_known == WellKnown::kEmpty ||
      inner->well_known == WellKnown::kHttpBody) {
    if (!EnterMessage() || !PrintFields(*inner, value, first)) return false;
    LeaveMessage();
  } else {
    PrintAnyKey("\"value\":", first);
    if (!PrintMessage(*inner, value)) return false;
  }
  Close('}', first);
  return true;
}

bool WirePrinter::PrintAnyAsBytes(const MessageTable& table, std::string_view type_url,
                                  std::string_view value) {
  if (!Open('{')) return false;
  bool first = true;
  PrintAnyKey("\"@type\":", first);
  if (!AppendJsonString(sink_, type_url, BadUtf8::kSpace)) return false;
  PrintAnyKey("\"value\":", first);
  if (!PrintText(*table.FindNumber(2), value)) return false;
  Close('}', first);
  return true;
}

void WirePrinter::PrintAnyKey(std::string_view key, bool& first) {
  Separate(first);
  sink_.Append(key);
  if (indent_) sink_.Append(' ');
}

}  // namespace minato::gateway

#include <cmath>

#include "fmt/format.h"
#include "gateway/transcode/envoy_wire_error.h"
#include "gateway/transcode/json_number.h"
#include "gateway/transcode/json_string.h"
#include "gateway/transcode/time_text.h"
#include "gateway/transcode/utf8.h"
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
    case WellKnown::kTimestamp: return PrintTime(table, wire);
    case WellKnown::kFieldMask: return PrintFieldMask(table.fields.front(), wire);
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
    if (found.number != field.number) continue;
    if (!Fits(field, found) && !Refit(field, found)) return false;
    if (found.number != 0) elements.append(begin, p);
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
    if (found.number != field.number || !Fits(field, found)) {
      if (found.number == field.number && !Refit(field, found)) return false;
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
    if (!Take(field, found, value)) return false;
  }
  if (value.number != 0) return PrintScalar(field, value);
  PrintDefault(field);
  return true;
}

bool WirePrinter::PrintTime(const MessageTable& table, std::string_view wire) {
  Found seconds;
  Found nanos;
  for (const char *p = wire.data(), *end = p + wire.size(); p < end;) {
    Found found;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    if (!Take(table.fields[0], found, seconds) || !Take(table.fields[1], found, nanos)) return false;
  }
  SecondsAndNanos time;
  uint64_t value = 0;
  if (seconds.number != 0 && ReadVarint(seconds.value, seconds.end, value) != nullptr) {
    time.seconds = static_cast<int64_t>(value);
  }
  if (nanos.number != 0 && ReadVarint(nanos.value, nanos.end, value) != nullptr) {
    time.nanos = static_cast<int32_t>(value);
  }
  std::string_view why;
  char* w = sink_.Need(kTimeTextBytes + 2);
  *w++ = '"';
  w = table.well_known == WellKnown::kTimestamp ? PrintTimestamp(w, time, why)
                                                : PrintDuration(w, time, why);
  if (w == nullptr) return Fail(std::string(why));
  *w++ = '"';
  sink_.Wrote(w);
  return true;
}

bool WirePrinter::PrintFieldMask(const FieldTable& field, std::string_view wire) {
  std::string paths;
  bool first = true;
  for (const char *p = wire.data(), *end = p + wire.size(); p < end;) {
    Found found;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    if (found.number != field.number) continue;
    if (!Fits(field, found)) {
      if (!Refit(field, found)) return false;
      continue;
    }
    if (!first) paths += ',';
    first = false;
    paths += CamelCasePath(found.view());
  }
  if (Utf8Prefix(paths) != paths.size()) return Fail("proto3 strings must be UTF-8");
  // As they are, but for what would not be JSON.
  sink_.Append('"');
  for (const char c : paths) {
    if (c == '"' || c == '\\') sink_.Append('\\');
    if (static_cast<uint8_t>(c) < ' ') {
      sink_.Append(fmt::format("\\u{:04x}", c));
    } else {
      sink_.Append(c);
    }
  }
  sink_.Append('"');
  return true;
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
    if (member != nullptr && !(skipper.Refit(*member, found) && found.number == 0)) return false;
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
    if (field == nullptr) continue;
    if (!Fits(*field, found)) {
      if (!Refit(*field, found)) return false;
      if (found.number == 0) continue;
    }
    if (found.number == member.number) return FailRepeated(*field);
    if (member.number != 0 && !IsReadable(table, wire)) return false;
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
  Found type_url;
  Found value;
  for (const char *p = wire.data(), *end = p + wire.size(); p < end;) {
    Found found;
    p = Next(p, end, found);
    if (p == nullptr) return false;
    if (!Take(table.fields[0], found, type_url) || !Take(table.fields[1], found, value)) return false;
  }
  if (type_url.number == 0 && value.number == 0) {
    sink_.Append("{}");
    return true;
  }
  if (options_.unreadable_any == JsonPrintOptions::UnreadableAny::kRefuse) {
    return PrintAnyAsItsType(table, type_url.view(), value.view());
  }
  const size_t begin = sink_.size();
  const int levels = levels_;
  const int messages = messages_;
  if (PrintAnyAsItsType(table, type_url.view(), value.view())) return true;
  if (out_of_order_) return false;  // It is printed once more, in order.
  sink_.Truncate(begin);
  levels_ = levels;
  messages_ = messages;
  what_.clear();
  return PrintAnyAsBytes(table, type_url.view(), value.view());
}

bool WirePrinter::PrintAnyAsItsType(const MessageTable& table, std::string_view type_url,
                                    std::string_view value) {
  if (type_url.data() == nullptr) return Fail("broken Any: missing type URL");
  const bool is_envoy = options_.wire == JsonPrintOptions::Wire::kEnvoy;
  if (is_envoy && !type_url.starts_with(kTypePrefix)) {
    return Fail(fmt::format("Invalid type URL, type URLs must be of the form "
                            "'type.googleapis.com/<typename>', got: {}",
                            type_url));
  }
  const size_t slash = is_envoy ? kTypePrefix.size() - 1 : type_url.rfind('/');
  const std::string_view name = slash == type_url.npos ? type_url : type_url.substr(slash + 1);
  const MessageTable* inner = slash == type_url.npos ? nullptr : table.schema->Find(name);
  if (inner == nullptr) return Fail(fmt::format("Invalid type URL, unknown type: {}", name));
  if (PrintAnyOf(*inner, type_url, value)) return true;
  if (is_envoy && !out_of_order_) {
    // What is wrong with the bytes is found before anything is printed.
    if (std::string error = EnvoyWireError(*inner, value); !error.empty()) what_ = std::move(error);
  }
  return false;
}

bool WirePrinter::PrintAnyOf(const MessageTable& inner, std::string_view type_url,
                             std::string_view value) {
  if (!Open('{')) return false;
  bool first = true;
  PrintAnyKey("\"@type\":", first);
  if (!AppendJsonString(sink_, type_url, BadUtf8::kRefuse))
    return Fail("proto3 strings must be UTF-8");
  if (inner.well_known == WellKnown::kNone || inner.well_known == WellKnown::kEmpty ||
      inner.well_known == WellKnown::kHttpBody) {
    if (!EnterMessage() || !PrintFields(inner, value, first)) return false;
    LeaveMessage();
  } else {
    PrintAnyKey("\"value\":", first);
    const size_t begin = sink_.size();
    if (!PrintMessage(inner, value)) return false;
    if (sink_.size() == begin) sink_.Append("null");  // An empty google.protobuf.Value.
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

#include "fmt/format.h"
#include "gateway/transcode/json_reader.h"
#include "gateway/transcode/time_text.h"

namespace minato::gateway {
namespace {

// Tags of the well-known types; their numbers are part of the types.
constexpr char kNullTag = 0x08;
constexpr char kNumberTag = 0x11;
constexpr char kStringTag = 0x1a;
constexpr char kBoolTag = 0x20;
constexpr char kStructTag = 0x2a;
constexpr char kListTag = 0x32;
constexpr char kFirstTag =
    0x0a;  // Entries of a Struct, items of a ListValue, keys, paths, the type of an Any
constexpr char kSecondTag = 0x12;  // Values of a Struct, the bytes of an Any
constexpr char kSecondsTag = 0x08;
constexpr char kNanosTag = 0x10;

constexpr std::string_view kTypePrefix = "type.googleapis.com/";  // The only one Envoy takes.
constexpr size_t kTextBytesMax = 64;                              // Of a time.

}  // namespace

bool JsonReader::ReadJsonValue() {
  if (p_ == end_) return FailExpected("a value");
  switch (*p_) {
    case '"': {
      RawString raw;
      std::string_view text;
      if (!ScanString(raw) || !Text(raw, text)) return false;
      char* w = sink_.Need(text.size() + 1 + kLengthBytesMax);
      *w++ = kStringTag;
      w = WriteVarint(w, text.size());
      std::memcpy(w, text.data(), text.size());
      sink_.Wrote(w + text.size());
      return true;
    }
    case '{': {
      sink_.Append(kStructTag);
      Length length = BeginLength();
      if (!ReadStructFields()) return false;
      EndLength(length);
      return true;
    }
    case '[': {
      sink_.Append(kListTag);
      Length length = BeginLength();
      if (!ReadListItems()) return false;
      EndLength(length);
      return true;
    }
    case 't':
    case 'f': {
      const bool value = *p_ == 't';
      if (!ReadLiteral(value ? "true" : "false")) return false;
      sink_.Append(kBoolTag);
      sink_.Append(static_cast<char>(value));
      return true;
    }
    case 'n':
      if (!SkipNull()) return false;
      sink_.Append(kNullTag);
      sink_.Append('\0');
      return true;
    default: {
      JsonNumber number = ReadJsonNumber(p_, end_);
      if (number.form == JsonNumber::Form::kNone) return FailExpected("a value");
      if (number.form == JsonNumber::Form::kTooLarge)
        return FailExpected("a number in the range of double");
      double real = number.AsDouble();
      if (real == 0 && number.form == JsonNumber::Form::kInteger &&
          options_.dialect == Dialect::kEnvoy)
        real = 0;
      p_ = number.end;
      char* w = sink_.Need(1 + sizeof real);
      *w++ = kNumberTag;
      sink_.Wrote(WriteFixed(w, real));
      return true;
    }
  }
}

bool JsonReader::ReadStructFields() {
  if (!At('{')) return FailExpected("an object");
  if (!Enter()) return false;
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
    sink_.Append(kFirstTag);
    Length entry = BeginLength();
    char* w = sink_.Need(key.size() + 2 + kLengthBytesMax);
    const size_t key_at = sink_.size();
    *w++ = kFirstTag;
    w = WriteVarint(w, key.size());
    std::memcpy(w, key.data(), key.size());
    w += key.size();
    sink_.Wrote(w);
    const size_t key_bytes = sink_.size() - key_at;
    sink_.Append(kSecondTag);
    if (!ReadColon()) return false;
    Length value = BeginLength();
    if (!ReadJsonValue()) return In(raw.view());
    EndLength(value);
    if (!keys.Add(sink_, EndLength(entry), key_bytes)) {
      p_ = key_start;
      Fail("the key is there twice");
      return In(raw.view());
    }
    if (!NextElement('}', more)) return false;
  }
  Leave();
  return true;
}

bool JsonReader::ReadListItems() {
  if (!At('[')) return FailExpected("an array");
  if (!Enter()) return false;
  ++p_;
  SkipSpace();
  bool more = !At(']');
  if (!more) ++p_;
  for (size_t index = 0; more; ++index) {
    sink_.Append(kFirstTag);
    Length length = BeginLength();
    if (!ReadJsonValue()) return InElement(index);
    EndLength(length);
    if (!NextElement(']', more)) return InElement(index);
  }
  Leave();
  return true;
}

bool JsonReader::ReadTimeText(WellKnown type) {
  const char* const start = p_;
  std::string_view text;
  if (!ReadText(text)) return false;
  const char* const behind = p_;
  p_ = start;
  if (!WriteTimeText(type, text)) return false;
  p_ = behind;
  return true;
}

bool JsonReader::WriteTimeText(WellKnown type, std::string_view text) {
  const bool timestamp = type == WellKnown::kTimestamp;
  std::optional<SecondsAndNanos> time =
      timestamp ? TimestampFromText(text) : DurationFromText(text);
  if (!time) {
    return Fail(
        fmt::format("expected {}, found \"{}\"",
                    timestamp ? "a time like \"2006-01-02T15:04:05Z\"" : "a duration like \"1.5s\"",
                    text.substr(0, kTextBytesMax)));
  }
  // Zeros are written, too: of a field given twice the last one counts whole.
  char* w = sink_.Need(2 + 2 * kVarintBytesMax);
  *w++ = kSecondsTag;
  w = WriteVarint(w, static_cast<uint64_t>(time->seconds));
  *w++ = kNanosTag;
  sink_.Wrote(WriteVarint(w, static_cast<uint64_t>(int64_t{time->nanos})));
  return true;
}

bool JsonReader::WriteFieldMask(std::string_view text) {
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view path = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (path.empty()) return Fail("a path of the field mask is empty");
    char before = '.';
    for (char c : path) {
      const bool upper = c >= 'A' && c <= 'Z';
      if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '_') {
        return Fail(fmt::format("'{}' cannot be in a field mask", c));
      }
      // Envoy reads runs of capitals in a way of its own.
      const bool plain = (before >= 'a' && before <= 'z') || (before >= '0' && before <= '9');
      if (upper && !plain && options_.dialect == Dialect::kEnvoy)
        return Fail("an odd path in a field mask");
      before = c;
    }
    std::string snake = SnakeCasePath(path);
    sink_.Append(kFirstTag);
    sink_.Wrote(WriteVarint(sink_.Need(kLengthBytesMax), snake.size()));
    sink_.Append(snake);
  }
  return true;
}

// The value of the "@type" key of the object at p_, which is left where it is; the rest is only
// skipped over.
bool JsonReader::FindAnyType(std::string& type_url) {
  const char* const start = p_;
  if (!At('{')) return FailExpected("an object");
  if (!Enter()) return false;
  ++p_;
  SkipSpace();
  bool more = !At('}');
  bool found = false;
  while (more && !found) {
    std::string_view key;
    if (!At('"')) return FailExpected("a key in quotes");
    if (!ReadText(key)) return false;
    found = key == "@type";
    if (!ReadColon()) return false;
    if (found) {
      std::string_view text;
      if (!ReadText(text)) return false;
      type_url = text;
    } else if (!SkipValue() || !NextElement('}', more)) {
      return false;
    }
  }
  Leave();
  p_ = start;
  return true;
}

bool JsonReader::ReadAny(const MessageTable& any) {
  std::string type_url;
  if (!FindAnyType(type_url)) return false;
  const char* const start = p_;
  if (type_url.empty()) {
    // An Any of nothing is written {}.
    ++p_;
    SkipSpace();
    if (At('}')) {
      ++p_;
      return true;
    }
    p_ = start;
    return Fail("an Any needs its \"@type\"");
  }
  const size_t slash = type_url.rfind('/');
  const MessageTable* table = nullptr;
  const bool resolves = options_.dialect == Dialect::kEnvoy
                            ? type_url.substr(0, slash + 1) == kTypePrefix
                            : slash != std::string::npos;
  if (resolves) table = any.schema->Find(std::string_view(type_url).substr(slash + 1));
  if (table == nullptr) return Fail(fmt::format("unknown type \"{}\" in an Any", type_url));
  if (table->well_known == WellKnown::kListValue && options_.dialect == Dialect::kEnvoy)
    return Fail("Envoy takes no ListValue in an Any");
  sink_.Append(kFirstTag);
  sink_.Wrote(WriteVarint(sink_.Need(kLengthBytesMax), type_url.size()));
  sink_.Append(type_url);
  const size_t behind_type = sink_.size();
  sink_.Append(kSecondTag);
  Length length = BeginLength();
  const size_t begin = sink_.size();
  const bool plain = table->well_known == WellKnown::kNone ||
                     table->well_known == WellKnown::kEmpty ||
                     table->well_known == WellKnown::kHttpBody;
  ++open_anys_;
  if (plain) {
    if (!ReadObject(*table, nullptr, Object::kInsideAny)) return false;
  } else if (!ReadAnyValue(*table)) {
    return false;
  }
  --open_anys_;
  if (sink_.size() == begin) {
    sink_.Truncate(behind_type);  // a message of nothing, which the Any around this one shows
  } else {
    EndLength(length);
  }
  return true;
}

// A well-known type stands under the key "value".
bool JsonReader::ReadAnyValue(const MessageTable& table) {
  if (!Enter()) return false;
  ++p_;
  SkipSpace();
  bool more = !At('}');
  bool seen = false;
  bool type_seen = false;
  while (more) {
    std::string_view key;
    const char* const key_start = p_;
    if (!At('"')) return FailExpected("a key in quotes");
    if (!ReadText(key)) return false;
    const bool value = key == "value" && !seen;
    const std::string name(key);
    if (!ReadColon()) return false;
    if (value) {
      seen = true;
      if (!ReadMessageBody(table, nullptr)) return In("value");
    } else if (options_.dialect == Dialect::kEnvoy && (type_seen || name != "@type")) {
      return Fail("Envoy takes nothing beside the value");
    } else if (!ReadUnknown(table, name, key_start, Object::kInsideAny)) {
      return false;
    }
    type_seen = type_seen || name == "@type";
    if (!NextElement('}', more)) return false;
  }
  if (!seen) return Fail(fmt::format("an Any of a {} needs its \"value\"", table.full_name));
  Leave();
  return true;
}

}  // namespace minato::gateway

#include <bit>
#include <cfloat>
#include <cmath>
#include <limits>

#include "fmt/format.h"
#include "gateway/transcode/base64.h"
#include "gateway/transcode/json_reader.h"
#include "gateway/transcode/scalar_text.h"

namespace minato::gateway {
namespace {

constexpr size_t kBlock = 16;

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// A plain integer of at most 18 digits, bare or in quotes, and what tells that it is over.
struct PlainInteger {
  const char* end = nullptr;  // nullptr: not that plain.
  bool negative;
  uint64_t magnitude;
};

PlainInteger ReadPlainInteger(const char* p, const char* end) {
  PlainInteger result;
  const bool quoted = p < end && *p == '"';
  p += quoted;
  result.negative = p < end && *p == '-';
  p += result.negative;
  const char* const digits = p;
  uint64_t magnitude = 0;
  for (; p < end && IsDigit(*p); ++p) magnitude = magnitude * 10 + static_cast<uint64_t>(*p - '0');
  const size_t count = static_cast<size_t>(p - digits);
  if (count - 1 >= 18 || p == end || (*digits == '0' && count > 1)) return result;
  if (quoted) {
    if (*p != '"') return result;
    ++p;
  } else if (*p == '.' || *p == 'e' || *p == 'E') {
    return result;
  }
  result.magnitude = magnitude;
  result.end = p;
  return result;
}

constexpr size_t kBatch = 64;          // Numbers for which room is made at once.
constexpr size_t kPlainBytesMax = 24;  // What ReadPlainDigits may look at.
constexpr size_t kPlainDigitsMax = 18;

struct PlainDigits {
  int64_t value;
  const char* end;  // At the ',' or ']' behind it.
};

// The first eight digits at once: random numbers have random lengths, which makes a branch a digit
// dear.
bool ReadPlainDigits(const char* p, PlainDigits& result) {
  const bool negative = *p == '-';
  p += negative;
  uint64_t text;
  std::memcpy(&text, p, 8);
  const uint64_t values = text ^ 0x3030303030303030;  // Digits become 0 to 9.
  const uint64_t others = ((values + 0x7676767676767676) | values) & 0x8080808080808080;
  const int count = others == 0 ? 8 : std::countr_zero(others) / 8;
  if (count == 0 || (*p == '0' && count > 1)) return false;
  // Zeros in front, then pairs, fours and eights are joined.
  uint64_t digits = values << (8 * (8 - count));
  digits = digits * 10 + (digits >> 8);
  uint64_t magnitude = ((digits & 0x000000ff000000ff) * 0x000f424000000064 +
                        (digits >> 16 & 0x000000ff000000ff) * 0x0000271000000001) >>
                       32;
  p += count;
  if (count == 8) {
    size_t all = 8;
    for (; all <= kPlainDigitsMax && IsDigit(*p); ++p, ++all) {
      magnitude = magnitude * 10 + static_cast<uint64_t>(*p - '0');
    }
    if (all > kPlainDigitsMax) return false;
  }
  if (*p != ',' && *p != ']') return false;
  result.value = negative ? -static_cast<int64_t>(magnitude) : static_cast<int64_t>(magnitude);
  result.end = p;
  return true;
}

// Without a branch a byte below 2^56; writes eight bytes then.
char* WritePlainVarint(char* w, uint64_t value) {
  if (value >> 56 != 0) return WriteVarint(w, value);
  uint64_t bytes = (value & 0x0fffffff) | (value & 0x00fffffff0000000) << 4;
  bytes = (bytes & 0x00003fff00003fff) | (bytes & 0x0fffc0000fffc000) << 2;
  bytes = (bytes & 0x007f007f007f007f) | (bytes & 0x3f803f803f803f80) << 1;
  const size_t size = VarintSize(value);
  bytes |= 0x8080808080808080 & ((uint64_t{1} << (8 * (size - 1))) - 1);
  std::memcpy(w, &bytes, 8);
  return w + size;
}

}  // namespace

bool JsonReader::ReadSigned(int64_t min, int64_t max, const char* expected, int64_t& value) {
  PlainInteger plain = ReadPlainInteger(p_, end_);
  const char* behind = plain.end;
  if (behind != nullptr) [[likely]] {
    value = plain.negative ? -static_cast<int64_t>(plain.magnitude)
                           : static_cast<int64_t>(plain.magnitude);
  } else {
    std::optional<int64_t> slow;
    const char* const start = p_;
    if (At('"')) {
      std::string_view text;
      if (!ReadText(text)) return false;
      slow = Int64FromText(text);
      behind = p_;
      p_ = start;
    } else {
      JsonNumber number = ReadJsonNumber(p_, end_);
      slow = number.AsInt64();
      behind = number.end;
    }
    if (!slow) return FailExpected(expected);
    value = *slow;
  }
  if (value < min || value > max) return FailExpected(expected);
  p_ = behind;
  return true;
}

bool JsonReader::ReadUnsigned(uint64_t max, const char* expected, uint64_t& value) {
  PlainInteger plain = ReadPlainInteger(p_, end_);
  const char* behind = plain.end;
  // A bare -0 is 0, as text it is no natural number.
  if (behind != nullptr && (!plain.negative || (plain.magnitude == 0 && !At('"')))) [[likely]] {
    value = plain.magnitude;
  } else {
    std::optional<uint64_t> slow;
    const char* const start = p_;
    if (At('"')) {
      std::string_view text;
      if (!ReadText(text)) return false;
      slow = Uint64FromText(text);
      behind = p_;
      p_ = start;
    } else {
      JsonNumber number = ReadJsonNumber(p_, end_);
      slow = number.AsUint64();
      behind = number.end;
    }
    if (!slow) return FailExpected(expected);
    value = *slow;
  }
  if (value > max) return FailExpected(expected);
  p_ = behind;
  return true;
}

bool JsonReader::ReadReal(double& value) {
  if (At('"')) {
    const char* const start = p_;
    std::string_view text;
    if (!ReadText(text)) return false;
    std::optional<double> real = DoubleFromText(text);
    if (!real) {
      p_ = start;
      return FailExpected("a number");
    }
    value = *real;
    return true;
  }
  JsonNumber number = ReadJsonNumber(p_, end_);
  if (number.form == JsonNumber::Form::kNone) return FailExpected("a number");
  if (number.form == JsonNumber::Form::kTooLarge)
    return FailExpected("a number in the range of double");
  value = number.AsDouble();
  // Envoy takes -0 for an integer.
  if (value == 0 && number.form == JsonNumber::Form::kInteger &&
      options_.dialect == Dialect::kEnvoy)
    value = 0;
  p_ = number.end;
  return true;
}

// Envoy rounds nothing down to the largest float that comes as text.
bool JsonReader::FitsAsText(double real) const {
  return options_.dialect == Dialect::kStrict || !std::isfinite(real) || std::fabs(real) <= FLT_MAX;
}

bool JsonReader::ReadFloat(float& value) {
  const char* const start = p_;
  double real;
  const bool is_text = At('"');
  if (!ReadReal(real)) return false;
  std::optional<float> narrow = NarrowToFloat(real);
  if (!narrow || (is_text && !FitsAsText(real))) {
    p_ = start;
    return FailExpected("a number in the range of float");
  }
  value = *narrow;
  return true;
}

bool JsonReader::ReadBool(bool& value) {
  if (At('t') || At('f')) {
    value = *p_ == 't';
    if (ReadLiteral(value ? "true" : "false")) return true;
    return false;
  }
  if (At('"')) {
    const char* const start = p_;
    std::string_view text;
    if (!ReadText(text)) return false;
    std::optional<bool> parsed = BoolFromText(text);
    if (parsed) {
      value = *parsed;
      return true;
    }
    p_ = start;
  }
  return FailExpected("true or false");
}

bool JsonReader::ReadEnum(const EnumTable& table, int32_t& value) {
  if (At('"')) {
    const char* const start = p_;
    std::string_view text;
    if (!ReadText(text)) return false;
    std::optional<int32_t> number = EnumFromText(table, text, options_.enum_names);
    if (!number) {
      p_ = start;
      return FailExpected(fmt::format("a value of {}", table.full_name));
    }
    value = *number;
    return true;
  }
  if (At('n') && table.is_null_value) {
    value = 0;
    return SkipNull();
  }
  int64_t number;
  if (!ReadSigned(std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max(),
                  "the name or number of an enum value", number)) {
    return false;
  }
  value = static_cast<int32_t>(number);
  return true;
}

template <JsonReader::Tagged tagged>
bool JsonReader::ReadString(const FieldTable& field) {
  RawString raw;
  if (!ScanString(raw)) return false;
  const size_t size = raw.view().size();
  char* w = sink_.Need(size + kTagBytesMax + kLengthBytesMax + kBlock);
  if (tagged == Tagged::kYes) w = WriteTag(w, field.tag);
  if (raw.escaped) [[unlikely]] {
    // Unescaping only shrinks; the length in front may then take fewer bytes.
    const size_t width = VarintSize(size);
    const char* const behind = p_;
    char* const text = w + width;
    char* const text_end = Unescape(raw, text);
    if (text_end == nullptr) return false;
    p_ = behind;
    const size_t length = static_cast<size_t>(text_end - text);
    if (VarintSize(length) != width) std::memmove(w + VarintSize(length), text, length);
    sink_.Wrote(WriteVarint(w, length) + length);
    return true;
  }
  w = WriteVarint(w, size);
  if (size <= kBlock && end_ - raw.begin >= static_cast<ptrdiff_t>(kBlock)) {
    std::memcpy(w, raw.begin, kBlock);
  } else {
    std::memcpy(w, raw.begin, size);
  }
  sink_.Wrote(w + size);
  return true;
}

template <JsonReader::Tagged tagged>
bool JsonReader::ReadBytes(const FieldTable& field) {
  const char* const start = p_;
  RawString raw;
  std::string_view text;
  if (!ScanString(raw) || !Text(raw, text)) return false;
  const size_t size_max = Base64DecodedMax(text.size());
  char* w = sink_.Need(size_max + kTagBytesMax + kLengthBytesMax);
  if (tagged == Tagged::kYes) w = WriteTag(w, field.tag);
  // Decoded in place behind a length of the size it will have, but for padding at a power of 128.
  const size_t width = VarintSize(size_max);
  char* const bytes = w + width;
  char* const bytes_end = DecodeBase64(bytes, text);
  if (bytes_end == nullptr) {
    p_ = start;
    return FailExpected("base64");
  }
  const size_t length = static_cast<size_t>(bytes_end - bytes);
  if (VarintSize(length) != width) std::memmove(w + VarintSize(length), bytes, length);
  sink_.Wrote(WriteVarint(w, length) + length);
  return true;
}

template <JsonReader::Tagged tagged>
bool JsonReader::ReadScalar(const FieldTable& field) {
  auto varint = [&](uint64_t value) {
    char* w = sink_.Need(kTagBytesMax + kVarintBytesMax);
    if (tagged == Tagged::kYes) w = WriteTag(w, field.tag);
    sink_.Wrote(WriteVarint(w, value));
    return true;
  };
  auto fixed = [&](auto value) {
    char* w = sink_.Need(kTagBytesMax + sizeof value);
    if (tagged == Tagged::kYes) w = WriteTag(w, field.tag);
    sink_.Wrote(WriteFixed(w, value));
    return true;
  };
  constexpr int64_t kMin32 = std::numeric_limits<int32_t>::min();
  constexpr int64_t kMax32 = std::numeric_limits<int32_t>::max();
  constexpr int64_t kMin64 = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax64 = std::numeric_limits<int64_t>::max();
  constexpr uint64_t kMaxU32 = std::numeric_limits<uint32_t>::max();
  constexpr uint64_t kMaxU64 = std::numeric_limits<uint64_t>::max();
  constexpr char kInt32Text[] = "a 32-bit integer";
  constexpr char kInt64Text[] = "a 64-bit integer";
  constexpr char kUint32Text[] = "an unsigned 32-bit integer";
  constexpr char kUint64Text[] = "an unsigned 64-bit integer";
  int64_t integer;
  uint64_t natural;
  switch (field.kind) {
    case Kind::kString: return ReadString<tagged>(field);
    case Kind::kBytes: return ReadBytes<tagged>(field);
    case Kind::kDouble: {
      double real;
      return ReadReal(real) && fixed(real);
    }
    case Kind::kFloat: {
      float real;
      return ReadFloat(real) && fixed(real);
    }
    case Kind::kInt32:
      return ReadSigned(kMin32, kMax32, kInt32Text, integer) &&
             varint(static_cast<uint64_t>(integer));
    case Kind::kInt64:
      return ReadSigned(kMin64, kMax64, kInt64Text, integer) &&
             varint(static_cast<uint64_t>(integer));
    case Kind::kSint32:
      return ReadSigned(kMin32, kMax32, kInt32Text, integer) &&
             varint(ZigZag(static_cast<int32_t>(integer)));
    case Kind::kSint64:
      return ReadSigned(kMin64, kMax64, kInt64Text, integer) && varint(ZigZag(integer));
    case Kind::kSfixed32:
      return ReadSigned(kMin32, kMax32, kInt32Text, integer) &&
             fixed(static_cast<int32_t>(integer));
    case Kind::kSfixed64: return ReadSigned(kMin64, kMax64, kInt64Text, integer) && fixed(integer);
    case Kind::kUint32: return ReadUnsigned(kMaxU32, kUint32Text, natural) && varint(natural);
    case Kind::kUint64: return ReadUnsigned(kMaxU64, kUint64Text, natural) && varint(natural);
    case Kind::kFixed32:
      return ReadUnsigned(kMaxU32, kUint32Text, natural) && fixed(static_cast<uint32_t>(natural));
    case Kind::kFixed64: return ReadUnsigned(kMaxU64, kUint64Text, natural) && fixed(natural);
    case Kind::kBool: {
      bool flag;
      return ReadBool(flag) && varint(flag);
    }
    case Kind::kEnum: {
      int32_t number;
      return ReadEnum(*field.enumeration, number) && varint(static_cast<uint64_t>(int64_t{number}));
    }
    case Kind::kMessage:
    case Kind::kGroup: break;
  }
  return false;
}

template bool JsonReader::ReadScalar<JsonReader::Tagged::kYes>(const FieldTable& field);

template <typename InRange>
void JsonReader::ReadPlainVarints(InRange in_range, size_t& index, bool& more) {
  const char* p = p_;
  for (bool plain = true; plain && more;) {
    char* w = sink_.Need(kBatch * kVarintBytesMax);
    for (size_t i = 0; i < kBatch && more; ++i) {
      PlainDigits digits;
      plain = end_ - p >= static_cast<ptrdiff_t>(kPlainBytesMax) && ReadPlainDigits(p, digits) &&
              in_range(digits.value);
      if (!plain) break;
      w = WritePlainVarint(w, static_cast<uint64_t>(digits.value));
      more = *digits.end == ',';
      p = digits.end + 1;
      ++index;
    }
    sink_.Wrote(w);
  }
  p_ = p;
  if (more) SkipSpace();
}

// As many elements as are plain numbers with a ',' or ']' right behind them.
void JsonReader::ReadPlainRun(Kind kind, size_t& index, bool& more) {
  switch (kind) {
    case Kind::kInt32:
      return ReadPlainVarints([](int64_t v) { return v == static_cast<int32_t>(v); }, index, more);
    case Kind::kUint32:
      return ReadPlainVarints([](int64_t v) { return v == static_cast<uint32_t>(v); }, index, more);
    case Kind::kInt64: return ReadPlainVarints([](int64_t) { return true; }, index, more);
    case Kind::kUint64: return ReadPlainVarints([](int64_t v) { return v >= 0; }, index, more);
    default: return;
  }
}

bool JsonReader::ReadPacked(const FieldTable& field) {
  if (!Enter()) return false;
  const size_t start = sink_.size();
  sink_.Wrote(WriteTag(sink_.Need(kTagBytesMax), field.packed_tag));
  Length length = BeginLength();
  const size_t content = sink_.size();
  ++p_;
  SkipSpace();
  bool more = !At(']');
  if (!more) ++p_;
  for (size_t index = 0; more; ++index) {
    ReadPlainRun(field.kind, index, more);
    if (!more) break;
    if (At('n') && !field.keeps_null) {
      if (!SkipNull()) return InElement(index);
    } else if (!ReadScalar<Tagged::kNo>(field)) {
      return InElement(index);
    }
    if (!NextElement(']', more)) return InElement(index);
  }
  if (sink_.size() == content) {
    sink_.Truncate(start);
  } else {
    EndLength(length);
  }
  Leave();
  return true;
}

bool JsonReader::WriteText(const FieldTable& field, std::string_view text) {
  const bool known = field.kind == Kind::kMessage;
  if (!known) {
    if (field.kind == Kind::kFloat && !FitsAsText(DoubleFromText(text).value_or(0)))
      return Fail("a number in the range of float");
    std::string problem = AppendScalarText(sink_, field, text, options_.enum_names);
    return problem.empty() || Fail(std::move(problem));
  }
  sink_.Wrote(WriteTag(sink_.Need(kTagBytesMax), field.tag));
  Length length = BeginLength();
  const MessageTable& table = *field.message;
  switch (table.well_known) {
    case WellKnown::kTimestamp:
    case WellKnown::kDuration:
      if (!WriteTimeText(table.well_known, text)) return false;
      break;
    case WellKnown::kFieldMask:
      if (!WriteFieldMask(text)) return false;
      break;
    case WellKnown::kWrapper:
      if (!WriteText(table.fields.front(), text)) return false;
      break;
    case WellKnown::kValue:
      if (!WriteText(*table.FindNumber(3), text)) return false;
      break;
    default: return Fail(fmt::format("a {} cannot be given as text", table.full_name));
  }
  EndLength(length);
  return true;
}

}  // namespace minato::gateway

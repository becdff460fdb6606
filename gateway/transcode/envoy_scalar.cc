#include "gateway/transcode/envoy_scalar.h"

#include <cfloat>
#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "fmt/format.h"
#include "gateway/transcode/json_number.h"
#include "gateway/transcode/scalar_text.h"
#include "gateway/transcode/wire.h"

namespace minato::gateway {
namespace {

absl::Status Bad(const JsonScalar& value) { return absl::InvalidArgumentError(ScalarText(value)); }

bool HasOuterSpace(const std::string& text) { return text.starts_with(' ') || text.ends_with(' '); }

template <typename Int, typename Wide>
absl::StatusOr<Int> Narrow(const JsonScalar& value, std::optional<Wide> wide) {
  if (!wide || !std::in_range<Int>(*wide)) return Bad(value);
  return static_cast<Int>(*wide);
}

// As a C string: white space may stand behind the number, and anything behind a NUL.
std::optional<double> DoubleOf(const std::string& text) {
  const char* const begin = text.c_str();
  if (*begin == '\0' || HasOuterSpace(text)) return std::nullopt;
  char* end = nullptr;
  const double real = std::strtod(begin, &end);
  while (end != begin && absl::ascii_isspace(static_cast<unsigned char>(*end))) ++end;
  if (*end != '\0') return std::nullopt;
  return real;
}

}  // namespace

std::string ScalarText(const JsonScalar& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* below = std::get_if<int64_t>(&value)) return fmt::format("{}", *below);
  if (const auto* natural = std::get_if<uint64_t>(&value)) return fmt::format("{}", *natural);
  if (const auto* text = std::get_if<std::string>(&value)) return fmt::format("\"{}\"", *text);
  if (const auto* real = std::get_if<double>(&value)) {
    char digits[kNumberTextBytes];
    return std::string(digits, PrintDouble(digits, *real));
  }
  return "null";
}

template <typename Int>
absl::StatusOr<Int> ToInteger(const JsonScalar& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (HasOuterSpace(*text)) return Bad(value);
    if constexpr (std::is_signed_v<Int>) return Narrow<Int>(value, Int64FromText(*text));
    return Narrow<Int>(value, Uint64FromText(*text));
  }
  if (const auto* below = std::get_if<int64_t>(&value))
    return Narrow<Int>(value, std::optional(*below));
  if (const auto* natural = std::get_if<uint64_t>(&value))
    return Narrow<Int>(value, std::optional(*natural));
  if (const auto* real = std::get_if<double>(&value)) {
    JsonNumber number;
    number.form = JsonNumber::Form::kReal;
    number.real = *real;
    return *real < 0 ? Narrow<Int>(value, number.AsInt64()) : Narrow<Int>(value, number.AsUint64());
  }
  return Bad(value);
}

template absl::StatusOr<int32_t> ToInteger<int32_t>(const JsonScalar& value);
template absl::StatusOr<uint32_t> ToInteger<uint32_t>(const JsonScalar& value);
template absl::StatusOr<int64_t> ToInteger<int64_t>(const JsonScalar& value);
template absl::StatusOr<uint64_t> ToInteger<uint64_t>(const JsonScalar& value);

absl::StatusOr<double> ToDouble(const JsonScalar& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (*text == "Infinity") return HUGE_VAL;
    if (*text == "-Infinity") return -HUGE_VAL;
    if (*text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    std::optional<double> real = DoubleOf(*text);
    if (!real || !std::isfinite(*real)) return Bad(value);
    return *real;
  }
  if (const auto* below = std::get_if<int64_t>(&value)) return static_cast<double>(*below);
  if (const auto* natural = std::get_if<uint64_t>(&value)) return static_cast<double>(*natural);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return Bad(value);
}

absl::StatusOr<float> ToFloat(const JsonScalar& value) {
  absl::StatusOr<double> real = ToDouble(value);
  if (!real.ok()) return real.status();
  // Text is taken more strictly than a number: nothing is rounded down to the largest float.
  if (std::holds_alternative<std::string>(value) && std::isfinite(*real) &&
      std::fabs(*real) > FLT_MAX)
    return Bad(value);
  std::optional<float> narrow = NarrowToFloat(*real);
  if (!narrow) return Bad(value);
  return *narrow;
}

absl::StatusOr<bool> ToBool(const JsonScalar& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  const auto* text = std::get_if<std::string>(&value);
  std::optional<bool> flag = text == nullptr ? std::nullopt : BoolFromText(*text);
  if (!flag) return Bad(value);
  return *flag;
}

absl::StatusOr<int32_t> ToEnum(const JsonScalar& value, const EnumTable& table, EnumNames names) {
  if (std::holds_alternative<JsonNull>(value)) return 0;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return ToInteger<int32_t>(value);
  std::optional<int32_t> number = EnumFromText(table, *text, names);
  if (!number) return Bad(value);
  return *number;
}

absl::Status AppendScalar(const FieldTable& field, const JsonScalar& value, EnumNames names,
                          std::string& wire) {
  auto put = [&](auto converted, auto write) {
    if (!converted.ok()) return converted.status();
    char bytes[kTagBytesMax + kVarintBytesMax];
    wire.append(bytes, write(WriteTag(bytes, field.tag), *converted));
    return absl::OkStatus();
  };
  auto varint = [](char* w, auto v) { return WriteVarint(w, static_cast<uint64_t>(v)); };
  auto signed_varint = [](char* w, auto v) {
    return WriteVarint(w, static_cast<uint64_t>(static_cast<int64_t>(v)));
  };
  auto zigzag = [](char* w, auto v) { return WriteVarint(w, ZigZag(v)); };
  auto fixed = [](char* w, auto v) { return WriteFixed(w, v); };
  switch (field.kind) {
    case Kind::kDouble: return put(ToDouble(value), fixed);
    case Kind::kFloat: return put(ToFloat(value), fixed);
    case Kind::kInt32: return put(ToInteger<int32_t>(value), signed_varint);
    case Kind::kInt64: return put(ToInteger<int64_t>(value), signed_varint);
    case Kind::kUint32: return put(ToInteger<uint32_t>(value), varint);
    case Kind::kUint64: return put(ToInteger<uint64_t>(value), varint);
    case Kind::kSint32: return put(ToInteger<int32_t>(value), zigzag);
    case Kind::kSint64: return put(ToInteger<int64_t>(value), zigzag);
    case Kind::kFixed32: return put(ToInteger<uint32_t>(value), fixed);
    case Kind::kFixed64: return put(ToInteger<uint64_t>(value), fixed);
    case Kind::kSfixed32: return put(ToInteger<int32_t>(value), fixed);
    case Kind::kSfixed64: return put(ToInteger<int64_t>(value), fixed);
    case Kind::kBool: return put(ToBool(value), varint);
    case Kind::kEnum: return put(ToEnum(value, *field.enumeration, names), signed_varint);
    case Kind::kString:
    case Kind::kBytes: {
      const auto* text = std::get_if<std::string>(&value);
      if (text == nullptr) return Bad(value);
      std::string decoded;
      const std::string* content = text;
      if (field.kind == Kind::kBytes) {
        if (!absl::WebSafeBase64Unescape(*text, &decoded) && !absl::Base64Unescape(*text, &decoded))
          return Bad(value);
        content = &decoded;
      }
      char bytes[kTagBytesMax + kVarintBytesMax];
      wire.append(bytes, WriteVarint(WriteTag(bytes, field.tag), content->size()));
      wire += *content;
      return absl::OkStatus();
    }
    case Kind::kMessage:
    case Kind::kGroup: break;
  }
  return Bad(value);
}

}  // namespace minato::gateway

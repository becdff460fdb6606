#include "gateway/transcode/json_number.h"

#include <cfloat>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

#include "absl/strings/charconv.h"

namespace minato::gateway {
namespace {

constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr int kExactPower = 22;
constexpr uint64_t kExactMantissa = uint64_t{1} << 53;
constexpr int kSafeDigits = 19;  // Any 19 digits fit 64 bits.
constexpr int kExponentMax = 100000;

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// The general case: correctly rounded, infinity when too large.
double ParseSlowly(const char* begin, const char* end) {
  double value = 0;
  auto [parsed, error] = std::from_chars(begin, end, value);
  if (error == std::errc()) return value;
  // Tells overflow (the largest value) from underflow.
  auto [rounded, range_error] = absl::from_chars(begin, end, value);
  if (range_error == std::errc::result_out_of_range && std::fabs(value) > 1)
    return std::copysign(HUGE_VAL, value);
  return value;
}

// %g of the shortest digits that read back equal: d.ddde+xx from to_chars, laid out anew.
char* LayOut(char* w, const char* scientific, const char* end, int precision) {
  const char* p = scientific;
  if (*p == '-') *w++ = *p++;
  char digits[24];
  int count = 0;
  for (; p < end && *p != 'e'; ++p) {
    if (*p != '.') digits[count++] = *p;
  }
  int exponent = 0;
  if (p < end) {
    ++p;
    bool negative = *p++ == '-';
    std::from_chars(p, end, exponent);
    if (negative) exponent = -exponent;
  }
  while (count > 1 && digits[count - 1] == '0') --count;
  if (exponent < -4 || exponent >= precision) {
    *w++ = digits[0];
    if (count > 1) {
      *w++ = '.';
      std::memcpy(w, digits + 1, static_cast<size_t>(count - 1));
      w += count - 1;
    }
    *w++ = 'e';
    *w++ = exponent < 0 ? '-' : '+';
    int magnitude = std::abs(exponent);
    if (magnitude < 10) *w++ = '0';
    return std::to_chars(w, w + 4, magnitude).ptr;
  }
  if (exponent < 0) {
    *w++ = '0';
    *w++ = '.';
    for (int i = -1; i > exponent; --i) *w++ = '0';
    std::memcpy(w, digits, static_cast<size_t>(count));
    return w + count;
  }
  for (int i = 0; i < count || i <= exponent; ++i) {
    if (i == exponent + 1) *w++ = '.';
    *w++ = i < count ? digits[i] : '0';
  }
  return w;
}

char* Quoted(char* w, std::string_view text) {
  *w++ = '"';
  std::memcpy(w, text.data(), text.size());
  w += text.size();
  *w++ = '"';
  return w;
}

// The shortest digits that read back equal are what %g prints with `few` digits whenever they are
// that few and the value is normal; otherwise the value needs all `many` digits.
template <typename Float>
char* Print(char* w, Float value, int few, int many) {
  if (!std::isfinite(value)) [[unlikely]] {
    return Quoted(w, std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
  }
  if (std::fabs(value) < 1e6 && value == static_cast<Float>(static_cast<int32_t>(value)) &&
      (value != 0 || !std::signbit(value))) {
    return std::to_chars(w, w + 12, static_cast<int32_t>(value)).ptr;
  }
  char text[48];
  if (value != 0 && std::fabs(value) < std::numeric_limits<Float>::min()) [[unlikely]] {
    // Subnormal: fewer digits are significant than %g is asked for. protobuf never takes the short
    // form for a float.
    std::snprintf(text, sizeof text, "%.*g", few, static_cast<double>(value));
    Float back = static_cast<Float>(ParseSlowly(text, text + std::strlen(text)));
    if (back != value || sizeof(Float) == sizeof(float))
      std::snprintf(text, sizeof text, "%.*g", many, static_cast<double>(value));
    size_t size = std::strlen(text);
    std::memcpy(w, text, size);
    return w + size;
  }
  char* end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const char* exponent =
      static_cast<const char*>(std::memchr(text, 'e', static_cast<size_t>(end - text)));
  ptrdiff_t digits = exponent - text - (text[0] == '-' ? 1 : 0);
  if (digits > 1) --digits;  // The point.
  int precision = few;
  if (digits > few) {
    precision = many;
    end = std::to_chars(text, text + sizeof text, static_cast<double>(value),
                        std::chars_format::scientific, many - 1)
              .ptr;
  }
  return LayOut(w, text, end, precision);
}

}  // namespace

std::optional<int64_t> JsonNumber::AsInt64() const {
  if (form == Form::kReal) {
    if (real != std::trunc(real) || real < -0x1p63 || real >= 0x1p63) return std::nullopt;
    return static_cast<int64_t>(real);
  }
  if (form != Form::kInteger || magnitude > (uint64_t{1} << 63) - (negative ? 0 : 1))
    return std::nullopt;
  return negative ? static_cast<int64_t>(0 - magnitude) : static_cast<int64_t>(magnitude);
}

std::optional<uint64_t> JsonNumber::AsUint64() const {
  if (form == Form::kReal) {
    if (real != std::trunc(real) || real < 0 || real >= 0x1p64) return std::nullopt;
    return static_cast<uint64_t>(real);
  }
  if (form != Form::kInteger || (negative && magnitude != 0)) return std::nullopt;
  return magnitude;
}

JsonNumber ReadJsonNumber(const char* p, const char* end) {
  JsonNumber number;
  const char* const start = p;
  number.end = p;
  if (p < end && *p == '-') {
    number.negative = true;
    ++p;
  }
  if (p == end || !IsDigit(*p)) {
    number.end = p;
    return number;
  }
  const char* const digits = p;
  uint64_t mantissa = 0;
  if (*p == '0') {
    ++p;
    if (p < end && IsDigit(*p)) {
      number.end = p;
      return number;
    }
  } else {
    for (; p < end && IsDigit(*p); ++p) mantissa = mantissa * 10 + static_cast<uint64_t>(*p - '0');
  }
  int64_t digit_count = p - digits;
  int64_t exponent = 0;
  bool integer = true;
  if (p < end && *p == '.') {
    integer = false;
    const char* const fraction = ++p;
    for (; p < end && IsDigit(*p); ++p) mantissa = mantissa * 10 + static_cast<uint64_t>(*p - '0');
    if (p == fraction) {
      number.end = p;
      return number;
    }
    exponent = fraction - p;
    digit_count += p - fraction;
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    integer = false;
    ++p;
    bool negative = false;
    if (p < end && (*p == '+' || *p == '-')) negative = *p++ == '-';
    const char* const first = p;
    int64_t written = 0;
    for (; p < end && IsDigit(*p); ++p) {
      if (written < kExponentMax) written = written * 10 + (*p - '0');
    }
    if (p == first) {
      number.end = p;
      return number;
    }
    exponent += negative ? -written : written;
  }
  number.end = p;
  if (integer) {
    bool fits = digit_count <= kSafeDigits;
    if (!fits && digit_count == kSafeDigits + 1) {
      auto [parsed, error] = std::from_chars(digits, p, mantissa);
      fits = error == std::errc();
    }
    if (fits) {
      number.form = JsonNumber::Form::kInteger;
      number.magnitude = mantissa;
      return number;
    }
  }
  number.form = JsonNumber::Form::kReal;
  if (digit_count <= kSafeDigits && mantissa < kExactMantissa && exponent >= -kExactPower &&
      exponent <= kExactPower) {
    // Both are exact doubles, so one operation rounds correctly (Clinger).
    double exact = static_cast<double>(mantissa);
    exact = exponent < 0 ? exact / kPowersOfTen[-exponent] : exact * kPowersOfTen[exponent];
    number.real = number.negative ? -exact : exact;
    return number;
  }
  number.real = ParseSlowly(start, p);
  if (std::isinf(number.real)) number.form = JsonNumber::Form::kTooLarge;
  return number;
}

std::optional<double> DoubleFromText(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  JsonNumber number = ReadJsonNumber(text.data(), text.data() + text.size());
  if (number.form == JsonNumber::Form::kNone || number.form == JsonNumber::Form::kTooLarge)
    return std::nullopt;
  if (number.end != text.data() + text.size()) return std::nullopt;
  if (number.form == JsonNumber::Form::kInteger && number.negative && number.magnitude == 0)
    return -0.0;
  return number.AsDouble();
}

std::optional<float> NarrowToFloat(double value) {
  if (std::isfinite(value) && std::fabs(value) > FLT_MAX) {
    // What rounds to the largest float is still it: it is printed with one digit too many.
    float rounded = static_cast<float>(value);
    if (!std::isfinite(rounded)) return std::nullopt;
    return rounded;
  }
  return static_cast<float>(value);
}

std::optional<int64_t> Int64FromText(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<uint64_t> Uint64FromText(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

char* PrintDouble(char* w, double value) { return Print(w, value, 15, 17); }

char* PrintFloat(char* w, float value) { return Print(w, value, 6, 9); }

}  // namespace minato::gateway

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace minato::gateway {

// One number as JSON spells it.
struct JsonNumber {
  enum class Form : uint8_t {
    kInteger,  // Neither fraction nor exponent, and the magnitude fits 64 bits.
    kReal,
    kNone,      // No JSON number.
    kTooLarge,  // Beyond the range of double.
  };
  Form form = Form::kNone;
  bool negative = false;      // kInteger
  uint64_t magnitude = 0;     // kInteger
  double real = 0;            // Always set for kReal, see AsDouble().
  const char* end = nullptr;  // Behind the number; for kNone, where it went wrong.

  double AsDouble() const {
    return form == Form::kReal
               ? real
               : (negative ? -static_cast<double>(magnitude) : static_cast<double>(magnitude));
  }
  // nullopt unless the number is integral and in range ("1.0" and "1e3" are integral).
  std::optional<int64_t> AsInt64() const;
  std::optional<uint64_t> AsUint64() const;
};

// Reads the longest number at `p`; what follows it is the caller's business.
JsonNumber ReadJsonNumber(const char* p, const char* end);

// A quoted float or double: a JSON number, or "NaN", "Infinity", "-Infinity". Nothing around it.
std::optional<double> DoubleFromText(std::string_view text);
// nullopt if the value is finite and beyond float's range.
std::optional<float> NarrowToFloat(double value);

// Decimal digits with an optional sign, nothing around them.
std::optional<int64_t> Int64FromText(std::string_view text);
std::optional<uint64_t> Uint64FromText(std::string_view text);

// Room for any number below, with its quotes.
inline constexpr size_t kNumberTextBytes = 32;

// Print at `w` and return the end. Finite floats as C's %g with the fewest digits protobuf's
// printer tries: 6, else 9 for float, 15, else 17 for double; others as "NaN", "Infinity",
// "-Infinity" in quotes.
char* PrintDouble(char* w, double value);
char* PrintFloat(char* w, float value);

}  // namespace minato::gateway

#include "gateway/transcode/json_number.h"

#include <cmath>
#include <cstring>
#include <random>
#include <string>

#include "fmt/format.h"
#include "fmt/printf.h"
#include "gateway/transcode/print_int.h"
#include "gtest/gtest.h"

namespace minato::gateway {
namespace {

std::string Printed(double value) {
  char text[kNumberTextBytes];
  return std::string(text, PrintDouble(text, value));
}

std::string Printed(float value) {
  char text[kNumberTextBytes];
  return std::string(text, PrintFloat(text, value));
}

// As protobuf's printer does it: %g with few digits, with many if that does not read back.
std::string Reference(double value) {
  std::string text = fmt::sprintf("%.15g", value);
  return std::strtod(text.c_str(), nullptr) == value ? text : fmt::sprintf("%.17g", value);
}

std::string Reference(float value) {
  std::string text = fmt::sprintf("%.6g", value);
  const bool normal = std::isnormal(value) || value == 0;
  return normal && std::strtof(text.c_str(), nullptr) == value ? text : fmt::sprintf("%.9g", value);
}

template <typename Float, typename Bits>
void CompareRandom() {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 100000; ++i) {
    Bits bits = static_cast<Bits>(random());
    Float value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(Printed(value), Reference(value));
    // Decimal fractions and whole numbers, which are what people send.
    value = static_cast<Float>(static_cast<int64_t>(random() >> (random() % 64))) /
            static_cast<Float>(std::pow(10, random() % 9));
    ASSERT_EQ(Printed(value), Reference(value));
  }
}

TEST(PrintDouble, RandomValuesPrintAsProtobufPrintsThem) { CompareRandom<double, uint64_t>(); }

TEST(PrintFloat, RandomValuesPrintAsProtobufPrintsThem) { CompareRandom<float, uint32_t>(); }

TEST(PrintInt, RandomNumbersOfEveryLength) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200000; ++i) {
    const int64_t value = static_cast<int64_t>(random() >> (random() % 64)) * (i % 2 == 0 ? 1 : -1);
    char text[40];
    ASSERT_EQ(std::string(text, PrintInt(text, value)), fmt::format("{}", value));
    ASSERT_EQ(std::string(text, PrintUint(text, static_cast<uint64_t>(value))),
              fmt::format("{}", static_cast<uint64_t>(value)));
  }
}

TEST(ReadJsonNumber, RandomTextsReadAsTheCLibraryReadsThem) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  auto digits = [&](uint64_t most) {
    std::string text;
    for (uint64_t n = 1 + random() % most; n > 0; --n)
      text += static_cast<char>('0' + random() % 10);
    return text;
  };
  for (int i = 0; i < 200000; ++i) {
    std::string text = random() % 2 == 0 ? "-" : "";
    text += random() % 4 == 0
                ? "0"
                : static_cast<char>('1' + random() % 9) + digits(random() % 2 == 0 ? 4 : 24);
    if (random() % 2 == 0) text += "." + digits(random() % 2 == 0 ? 3 : 22);
    if (random() % 3 == 0) text += fmt::format("e{}", static_cast<int>(random() % 40) - 20);
    if (random() % 9 == 0) text += fmt::format("E+{}", random() % 10);
    JsonNumber number = ReadJsonNumber(text.data(), text.data() + text.size());
    const size_t used = static_cast<size_t>(number.end - text.data());
    if (number.form == JsonNumber::Form::kNone) continue;  // Two exponents.
    ASSERT_EQ(number.AsDouble(), std::strtod(text.substr(0, used).c_str(), nullptr)) << text;
  }
}

TEST(ReadJsonNumber, OnlyTheGrammarOfJson) {
  for (const char* text :
       {"", "-", "+1", ".5", "1.", "01", "-01", "1e", "1e+", "0x10", "NaN", "Infinity", "- 1"}) {
    JsonNumber number = ReadJsonNumber(text, text + std::strlen(text));
    EXPECT_TRUE(number.form == JsonNumber::Form::kNone || *number.end != '\0') << text;
  }
}

}  // namespace
}  // namespace minato::gateway

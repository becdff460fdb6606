#include "gateway/config/scalar.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <absl/strings/numbers.h>

#include "gateway/transcode/base64.h"

namespace minato::gateway::config {
namespace {

constexpr int64_t kDurationSecondsMax = 315'576'000'000;  // google.protobuf.Duration's

using Scalar = std::variant<std::string_view, bool, int64_t>;

// yaml-cpp's: one spelling of each word in lower case, upper case, or with a capital.
std::optional<bool> AsBool(std::string_view text) {
  static constexpr std::pair<std::string_view, bool> kWords[] = {
      {"y", true},  {"yes", true}, {"true", true},   {"on", true},
      {"n", false}, {"no", false}, {"false", false}, {"off", false},
  };
  auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  std::string lower(text);
  size_t uppers = 0;
  for (char& c : lower) {
    if (!is_upper(c)) continue;
    ++uppers;
    c += 'a' - 'A';
  }
  if (uppers != 0 && uppers != text.size() && !(uppers == 1 && is_upper(text[0]))) return std::nullopt;
  for (const auto& [word, value] : kWords) {
    if (lower == word) return value;
  }
  return std::nullopt;
}

// As a C++ stream without a base reads it: 10, 0x1F, 017.
std::optional<int64_t> AsInteger(std::string_view text) {
  std::string_view digits = text;
  const bool negative = !digits.empty() && digits[0] == '-';
  if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) digits.remove_prefix(1);
  int base = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    base = digits[1] == 'x' || digits[1] == 'X' ? 16 : 8;
    digits.remove_prefix(base == 16 ? 2 : 1);
  }
  uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  const uint64_t max = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (magnitude > max) return std::nullopt;
  return negative ? -static_cast<int64_t>(magnitude) : static_cast<int64_t>(magnitude);
}

Scalar Classify(const YamlNode& node) {
  if (!node.quoted) {
    if (const auto value = AsBool(node.text)) return *value;
    if (const auto value = AsInteger(node.text)) return *value;
  }
  return std::string_view(node.text);
}

std::string_view KindName(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "null";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      return "an object";
    case YamlNode::Kind::kScalar:
      break;
  }
  static constexpr std::string_view kNames[] = {"a string", "a bool", "a number"};
  return kNames[Classify(node).index()];
}

constexpr size_t kShownMax = 60;  // bytes of a wrong value in an error

Status Expected(std::string_view what, const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) return InvalidArgument("expected {}, not {}", what, KindName(node));
  const std::string_view shown = std::string_view(node.text).substr(0, kShownMax);
  return InvalidArgument("expected {}, not {} (\"{}{}\")", what, KindName(node), shown,
                         shown.size() < node.text.size() ? "…" : "");
}

}  // namespace

StatusOr<std::string> StringOf(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) return Expected("a string", node);
  if (Classify(node).index() != 0) return Expected("a string, in quotes", node);
  return node.text;
}

StatusOr<bool> BoolOf(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) return Expected("true or false", node);
  const Scalar scalar = Classify(node);
  if (const bool* value = std::get_if<bool>(&scalar)) return *value;
  // As protobuf's JSON reader takes a string for a bool.
  bool value = false;
  const absl::string_view text(node.text.data(), node.text.size());
  if (scalar.index() == 0 && absl::SimpleAtob(text, &value)) return value;
  return Expected("true or false", node);
}

StatusOr<int64_t> IntegerOf(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) return Expected("a whole number", node);
  const Scalar scalar = Classify(node);
  if (const int64_t* value = std::get_if<int64_t>(&scalar)) return *value;
  return Expected("a whole number", node);
}

StatusOr<uint32_t> UInt32Of(const YamlNode& node) {
  static constexpr std::string_view kWanted = "a whole number from 0 to 4294967295";
  if (node.kind != YamlNode::Kind::kScalar) return Expected(kWanted, node);
  constexpr uint32_t kMax = std::numeric_limits<uint32_t>::max();
  const Scalar scalar = Classify(node);
  if (const int64_t* value = std::get_if<int64_t>(&scalar)) {
    if (*value < 0 || *value > kMax) return Expected(kWanted, node);
    return static_cast<uint32_t>(*value);
  }
  if (scalar.index() != 0) return Expected(kWanted, node);
  double value = 0;  // Every uint32 is one; "1e3" and "10.0" are numbers of proto3 JSON.
  const std::string& text = node.text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= kMax) ||
      value != std::floor(value)) {
    return Expected(kWanted, node);
  }
  return static_cast<uint32_t>(value);
}

StatusOr<double> PercentOf(const YamlNode& node) {
  static constexpr std::string_view kWanted = "a number from 0 to 100";
  if (node.kind != YamlNode::Kind::kScalar) return Expected(kWanted, node);
  const Scalar scalar = Classify(node);
  double value = -1;
  if (const int64_t* whole = std::get_if<int64_t>(&scalar)) value = static_cast<double>(*whole);
  if (scalar.index() == 0) {
    const auto [end, error] = std::from_chars(node.text.data(), node.text.data() + node.text.size(), value);
    if (error != std::errc() || end != node.text.data() + node.text.size()) value = -1;
  }
  if (!(value >= 0 && value <= 100)) return Expected(kWanted, node);
  return value;
}

StatusOr<absl::Duration> DurationOf(const YamlNode& node) {
  static constexpr std::string_view kWanted = "a duration such as \"1.5s\"";
  if (node.kind != YamlNode::Kind::kScalar) return Expected(kWanted, node);
  std::string_view text = node.text;
  if (text.size() < 2 || text.back() != 's') return Expected(kWanted, node);
  text.remove_suffix(1);
  int64_t seconds = 0;
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || seconds < 0 || text[0] == '-' || seconds > kDurationSecondsMax) {
    return Expected(kWanted, node);
  }
  text.remove_prefix(static_cast<size_t>(rest - text.data()));
  if (text.empty()) return absl::Seconds(seconds);
  if (text[0] != '.' || text.size() < 2 || text.size() > 10) return Expected(kWanted, node);
  int64_t nanoseconds = 0;
  for (size_t i = 1; i < 10; ++i) {
    const char c = i < text.size() ? text[i] : '0';
    if (c < '0' || c > '9') return Expected(kWanted, node);
    nanoseconds = nanoseconds * 10 + (c - '0');
  }
  return absl::Seconds(seconds) + absl::Nanoseconds(nanoseconds);
}

StatusOr<std::string> BytesOf(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) return Expected("base64", node);
  std::string bytes(Base64DecodedMax(node.text.size()), '\0');
  const char* end = DecodeBase64(bytes.data(), node.text);
  if (end == nullptr) return Expected("base64", node);
  bytes.resize(static_cast<size_t>(end - bytes.data()));
  return bytes;
}

}  // namespace minato::gateway::config

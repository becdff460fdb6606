#include "gateway/transcode/envoy_known.h"

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "gateway/transcode/json_number.h"

namespace minato::gateway {
namespace {

constexpr int64_t kTimestampSecondsMin = -62135596800;
constexpr int64_t kTimestampSecondsMax = 253402300799;
constexpr int64_t kDurationSecondsMax = 315576000000;
constexpr int32_t kSecondNanos = 1000000000;
constexpr size_t kFractionDigitsMax = 9;

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// "123" -> 123000000. An empty fraction and one of zeros only, however long, is 0.
absl::StatusOr<int32_t> Nanos(std::string_view digits, std::string_view unparsable,
                              std::string_view too_large) {
  const size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
  const std::string_view significant = digits.substr(zeros);
  if (significant.empty()) return 0;
  std::optional<int64_t> value = Int64FromText(significant);
  if (!value || !std::in_range<int32_t>(*value))
    return absl::InvalidArgumentError(std::string(unparsable));
  if (*value > kSecondNanos || *value < 0)
    return absl::InvalidArgumentError(std::string(too_large));
  if (significant.find_first_not_of("0123456789") != significant.npos)
    return absl::InvalidArgumentError(std::string(unparsable));
  if (digits.size() > kFractionDigitsMax) return absl::InvalidArgumentError(std::string(too_large));
  for (size_t i = digits.size(); i < kFractionDigitsMax; ++i) *value *= 10;
  return static_cast<int32_t>(*value);
}

// What stands before and behind the last point.
std::pair<std::string_view, std::string_view> SplitFraction(std::string_view text) {
  const size_t point = text.rfind('.');
  if (point == text.npos) return {text, {}};
  return {text.substr(0, point), text.substr(point + 1)};
}

// "+08:00", in seconds.
std::optional<int64_t> ZoneOffset(std::string_view text) {
  if (text.size() != 6 || text[3] != ':') return std::nullopt;
  std::optional<int64_t> hours = Int64FromText(Trim(text.substr(1, 2)));
  std::optional<int64_t> minutes = Int64FromText(Trim(text.substr(4, 2)));
  if (!hours || !minutes || *hours < 0 || *hours >= 24 || *minutes < 0 || *minutes >= 60)
    return std::nullopt;
  const int64_t seconds = (*hours * 60 + *minutes) * 60;
  return text[0] == '-' ? -seconds : seconds;
}

// "fooBAr" -> "foo_b_ar": a capital begins a word after a small letter or before one.
std::string SnakeSegment(std::string_view segment) {
  std::string snake;
  for (size_t i = 0; i < segment.size(); ++i) {
    const char c = segment[i];
    if (absl::ascii_isupper(c)) {
      const bool follows_word = i > 0 && segment[i - 1] != '_';
      const bool begins_word =
          i > 0 && (!absl::ascii_isupper(segment[i - 1]) ||
                    (i + 1 < segment.size() && absl::ascii_islower(segment[i + 1])));
      if (follows_word && begins_word) snake += '_';
    }
    snake += absl::ascii_tolower(c);
  }
  return snake;
}

// Segments are converted, what is in quotes stays.
std::string SnakePath(std::string_view path) {
  std::string snake;
  size_t start = 0;
  bool quoted = false;
  for (size_t i = 0; i <= path.size(); ++i) {
    if (quoted) {
      if (i == path.size()) break;
      snake += path[i];
      if (path[i] == '\\' && i + 1 < path.size()) {
        snake += path[++i];
      } else if (path[i] == '"') {
        quoted = false;
        start = i + 1;
      }
      continue;
    }
    if (i < path.size() && path[i] != '.' && path[i] != '(' && path[i] != ')' && path[i] != '"')
      continue;
    snake += SnakeSegment(path.substr(start, i - start));
    if (i < path.size()) snake += path[i];
    start = i + 1;
    quoted = i < path.size() && path[i] == '"';
  }
  return snake;
}

std::string Join(std::string_view prefix, std::string_view segment) {
  if (prefix.empty()) return std::string(segment);
  if (segment.empty()) return std::string(prefix);
  return fmt::format("{}{}{}", prefix, segment.starts_with("[\"") ? "" : ".", segment);
}

}  // namespace

absl::StatusOr<SecondsAndNanos> EnvoyTimestamp(std::string_view text) {
  int64_t offset = 0;
  if (text.ends_with('Z')) {
    text.remove_suffix(1);
  } else {
    const size_t sign = text.find_last_of("+-");
    std::optional<int64_t> zone = sign == text.npos ? std::nullopt : ZoneOffset(text.substr(sign));
    if (!zone) {
      return absl::InvalidArgumentError(
          "Illegal timestamp format; timestamps must end with 'Z' or have a valid timezone "
          "offset.");
    }
    offset = *zone;
    text = text.substr(0, sign);
  }
  const auto [whole, fraction] = SplitFraction(text);
  absl::Time time;
  std::string problem;
  if (!absl::ParseTime("%Y-%m-%dT%H:%M:%S", std::string(whole), &time, &problem)) {
    return absl::InvalidArgumentError(fmt::format("Invalid time format: {}", problem));
  }
  absl::StatusOr<int32_t> nanos =
      Nanos(fraction, "Invalid time format, failed to parse nano seconds",
            "Timestamp value exceeds limits");
  if (!nanos.ok()) return nanos.status();
  const int64_t seconds = absl::ToUnixSeconds(time) - offset;
  if (seconds > kTimestampSecondsMax || seconds < kTimestampSecondsMin) {
    return absl::InvalidArgumentError("Timestamp value exceeds limits");
  }
  return SecondsAndNanos{seconds, *nanos};
}

absl::StatusOr<SecondsAndNanos> EnvoyDuration(std::string_view text) {
  if (!text.ends_with('s'))
    return absl::InvalidArgumentError("Illegal duration format; duration must end with 's'");
  text.remove_suffix(1);
  const int sign = text.starts_with('-') ? -1 : 1;
  if (sign < 0) text.remove_prefix(1);
  const auto [whole, fraction] = SplitFraction(text);
  std::optional<uint64_t> seconds = Uint64FromText(Trim(whole));
  if (!seconds)
    return absl::InvalidArgumentError("Invalid duration format, failed to parse seconds");
  absl::StatusOr<int32_t> nanos =
      Nanos(fraction, "Invalid duration format, failed to parse nano seconds",
            "Duration value exceeds limits");
  if (!nanos.ok()) return nanos.status();
  if (*seconds > static_cast<uint64_t>(kDurationSecondsMax) || *nanos >= kSecondNanos) {
    return absl::InvalidArgumentError("Duration value exceeds limits");
  }
  return SecondsAndNanos{sign * static_cast<int64_t>(*seconds), sign * *nanos};
}

absl::Status EnvoyFieldMask(std::string_view text, std::vector<std::string>& paths) {
  auto bad = [&](std::string_view why) {
    return absl::InvalidArgumentError(fmt::format("Invalid FieldMask '{}'. {}", text, why));
  };
  std::vector<std::string> prefixes;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '[') {
      // A map key: to the next bare '"', which must be followed by ']'.
      if (i + 1 >= text.size() || text[i + 1] != '"')
        return bad("Map keys should be represented as [\"some_key\"].");
      for (i += 2; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
      if (i >= text.size()) return bad("Cannot find matching ']' for all '['.");
      if (i + 1 >= text.size() || text[i + 1] != ']')
        return bad("Map keys should be represented as [\"some_key\"].");
      ++i;
      if (i + 1 < text.size() &&
          std::string_view(".,)(").find(text[i + 1]) == std::string_view::npos) {
        return bad("Map keys should be at the end of a path segment.");
      }
      continue;
    }
    if (i < text.size() && text[i] != ',' && text[i] != '(' && text[i] != ')') continue;
    const std::string_view segment = text.substr(start, i - start);
    const std::string prefix = prefixes.empty() ? "" : prefixes.back();
    if (i < text.size() && text[i] == '(') {
      prefixes.push_back(Join(prefix, segment));
    } else if (!segment.empty()) {
      paths.push_back(SnakePath(Join(prefix, segment)));
    }
    if (i < text.size() && text[i] == ')') {
      if (prefixes.empty()) return bad("Cannot find matching '(' for all ')'.");
      prefixes.pop_back();
    }
    start = i + 1;
  }
  if (!prefixes.empty()) return bad("Cannot find matching ')' for all '('.");
  return absl::OkStatus();
}

}  // namespace minato::gateway

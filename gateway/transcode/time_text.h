#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace minato::gateway {

// google.protobuf.Timestamp and Duration, and their JSON texts.
struct SecondsAndNanos {
  int64_t seconds = 0;
  int32_t nanos = 0;
};

// RFC 3339 with 'Z' or an offset and 0 to 9 fraction digits, years 0001 to 9999.
std::optional<SecondsAndNanos> TimestampFromText(std::string_view text);
// "-1.5s", 0 to 9 fraction digits, at most 315,576,000,000 s either way.
std::optional<SecondsAndNanos> DurationFromText(std::string_view text);

inline constexpr size_t kTimeTextBytes = 40;

// Print at `w` without quotes, with 0, 3, 6 or 9 fraction digits, and return the end; nullptr if
// out of range, with `why` in the words of libprotobuf's printer.
char* PrintTimestamp(char* w, SecondsAndNanos time, std::string_view& why);
char* PrintDuration(char* w, SecondsAndNanos duration, std::string_view& why);

// "fooBar.baz" -> "foo_bar.baz" for one path of a FieldMask.
std::string SnakeCasePath(std::string_view camel);
// "foo_bar.baz" -> "fooBar.baz"; odd characters stay.
std::string CamelCasePath(std::string_view snake);

}  // namespace minato::gateway

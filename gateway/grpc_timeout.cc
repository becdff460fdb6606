#include "gateway/grpc_timeout.h"

#include <algorithm>

namespace minato::gateway {

StatusOr<absl::Duration> ParseGrpcTimeout(std::string_view value) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (value.size() >= 2 && value.size() <= 9 && std::all_of(value.begin(), value.end() - 1, is_digit)) {
    int64_t count = 0;
    for (const char c : value.substr(0, value.size() - 1)) count = count * 10 + (c - '0');
    switch (value.back()) {
      case 'H': return absl::Hours(count);
      case 'M': return absl::Minutes(count);
      case 'S': return absl::Seconds(count);
      case 'm': return absl::Milliseconds(count);
      case 'u': return absl::Microseconds(count);
      case 'n': return absl::Nanoseconds(count);
    }
  }
  return InvalidArgument("header grpc-timeout: \"{}\" is no timeout (1 to 8 digits and one of HMSmun)", value);
}

std::string FormatGrpcTimeout(absl::Duration timeout) {
  constexpr int64_t kCountMax = 99'999'999;
  const std::pair<char, absl::Duration> units[] = {{'n', absl::Nanoseconds(1)}, {'u', absl::Microseconds(1)},
                                                   {'m', absl::Milliseconds(1)}, {'S', absl::Seconds(1)},
                                                   {'M', absl::Minutes(1)}};
  for (const auto& [letter, unit] : units) {
    if (timeout <= kCountMax * unit) return fmt::format("{}{}", std::max<int64_t>(absl::Ceil(timeout, unit) / unit, 0), letter);
  }
  return fmt::format("{}H", std::min(absl::Ceil(timeout, absl::Hours(1)) / absl::Hours(1), kCountMax));
}

}  // namespace minato::gateway

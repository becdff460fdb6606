#include "gateway/access_log/start_time.h"

#include <algorithm>

#include <fmt/format.h>

namespace minato::gateway {
namespace {

constexpr size_t kDigitsMax = 9;

// How many characters a fraction at the front of `text` has, "%f" or "%3f"; 0: there is none.
size_t FractionAt(std::string_view text, size_t& digits) {
  digits = kDigitsMax;
  size_t at = 1;
  if (at < text.size() && text[at] >= '1' && text[at] <= '9') digits = static_cast<size_t>(text[at++] - '0');
  return at < text.size() && text[at] == 'f' ? at + 1 : 0;
}

void AppendPart(std::string_view format, absl::Time time, std::string& out) {
  if (format.empty()) return;
  out += absl::FormatTime(std::string(format), time, absl::UTCTimeZone());
}

std::string FractionOf(absl::Time time) {
  return fmt::format("{:09}", absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(absl::ToUnixSeconds(time))));
}

}  // namespace

void AppendStartTime(std::string_view format, absl::Time time, std::string& out) {
  if (format.empty()) format = "%Y-%m-%dT%H:%M:%S.%3fZ";
  time = absl::FromUnixMicros(absl::ToUnixMicros(time));  // Envoy's clock is no finer
  size_t part = 0;
  for (size_t at = format.find('%'); at != format.npos; at = format.find('%', at)) {
    size_t digits = 0;
    const size_t length = FractionAt(format.substr(at), digits);
    if (length == 0) {
      ++at;
      continue;
    }
    AppendPart(format.substr(part, at - part), time, out);
    out.append(FractionOf(time), 0, digits);
    at += length;
    part = at;
  }
  AppendPart(format.substr(part), time, out);
}

}  // namespace minato::gateway

#include "gateway/front/date.h"

#include <string>

#include "http/http_date.h"

namespace minato::gateway {

std::string_view DateOf(absl::Time now) {
  thread_local int64_t second = -1;
  thread_local std::string text;
  if (const int64_t current = absl::ToUnixSeconds(now); current != second) {
    second = current;
    text = http::FormatHttpDate(now);
  }
  return text;
}

}  // namespace minato::gateway

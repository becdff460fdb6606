#include "http/http_date.h"

#include "absl/time/time.h"

namespace minato::http {

std::string FormatHttpDate(absl::Time time) {
  return absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", time, absl::UTCTimeZone());
}

}  // namespace minato::http

#pragma once

#include <string>

#include "absl/time/time.h"

namespace minato::http {

// As the Date header has it: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string FormatHttpDate(absl::Time time);

}  // namespace minato::http

// %START_TIME%
#pragma once

#include <string>
#include <string_view>

#include <absl/time/time.h>

namespace minato::gateway {

// In UTC, as absl::FormatTime does it with strftime's letters, and "%f", "%3f": so many digits of the second's
// fraction. An empty `format` is "%Y-%m-%dT%H:%M:%S.%3fZ".
void AppendStartTime(std::string_view format, absl::Time time, std::string& out);

}  // namespace minato::gateway

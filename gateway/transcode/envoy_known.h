#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/transcode/time_text.h"

namespace minato::gateway {

// The texts of well-known types as Envoy reads them, with its words for what it does not take.
absl::StatusOr<SecondsAndNanos> EnvoyTimestamp(std::string_view text);
absl::StatusOr<SecondsAndNanos> EnvoyDuration(std::string_view text);
// "fooBar,a(b,c)" -> foo_bar, a.b, a.c. On an error `paths` has those before it.
absl::Status EnvoyFieldMask(std::string_view text, std::vector<std::string>& paths);

}  // namespace minato::gateway

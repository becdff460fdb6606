#pragma once

#include <string>

#include <absl/time/time.h>

#include "gateway/front/front_style.h"

namespace minato::gateway {

// A whole HTTP/1.1 answer that ends its connection.
void AppendRefusal(std::string& out, const FrontStyle& style, const Refusal& refusal, absl::Time now);

}  // namespace minato::gateway

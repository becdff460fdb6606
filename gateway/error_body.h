// The one shape of errors in preset minato:
//   {"error":"<message>","code":5,"status":"NOT_FOUND","details":[…]}
#pragma once

#include <string>
#include <string_view>

#include "runtime/status.h"

namespace minato::gateway {

// `details_json` is a JSON array; "" for none. A message that is not UTF-8 loses what is not.
std::string ErrorBody(const Status& status, std::string_view details_json);

}  // namespace minato::gateway
